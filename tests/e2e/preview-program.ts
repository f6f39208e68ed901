import { createMachineCore } from '../../app/machine.ts'
import { startPreview } from '../../app/preview.ts'

/*
 * Tenantry's preview as a program of its own, with generated demo tenants, until somebody kills it: it prints its address.
 * Arguments: the data folder, the folder with what is built, how many tenants.
 */

const [dataFolder, outFolder, generated] = process.argv.slice(2) as [string, string, string]
const preview = await startPreview({
  rendererFolder: `${outFolder}/renderer`,
  port: 0,
  createCore: (host) => createMachineCore(host, { version: 'test', dataFolder, outFolder, keychain: () => Promise.reject(new Error('no keychain in this test')), demo: { generated: Number(generated) } })
})
console.log(preview.url)
