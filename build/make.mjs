// npm run build: everything that a package or a test takes from out/.
import { buildProduct } from './build.mjs'
import { runMain } from './setup.mjs'

await runMain(buildProduct)
