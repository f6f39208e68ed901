// npm run build: everything that a package or a test takes from out/.
import { buildDemoModule } from '../app/demo/build.mjs'
import { buildAll } from './build.mjs'
import { root, runMain, say } from './setup.mjs'

await runMain(async () => {
  await buildDemoModule({ root, log: say })
  await buildAll()
})
