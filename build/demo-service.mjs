/*
 * Serves the demo tenants over TLS for Microsoft's own module and other real clients:
 *   node build/demo-service.mjs [--port N] [--host 127.0.0.1] --tls-cert FILE --tls-key FILE
 * The first line on standard output is JSON with the tenants and their secrets, the second one says where it listens.
 * Everything else goes to standard error.
 */
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const usage = 'Usage: node build/demo-service.mjs [--port N] [--host 127.0.0.1] --tls-cert FILE --tls-key FILE'

class Refusal extends Error {}

async function main() {
  const options = readOptions()
  const cert = await readPem(options.cert, '--tls-cert', (text) => new X509Certificate(text))
  const key = await readPem(options.key, '--tls-key', (text) => createPrivateKey(text))
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) throw new Refusal('The private key of --tls-key does not belong to the certificate of --tls-cert.')
  const { startTlsService } = await import(pathToFileURL(await bundle()).href)
  const service = await startTlsService({ host: options.host, port: options.port, cert, key }).catch((error) => {
    throw listenRefusal(error, options)
  })
  process.stdout.write(`${JSON.stringify({ tenants: service.tenants })}\n`)
  process.stdout.write(`Listening on https://${options.host.includes(':') ? `[${options.host}]` : options.host}:${service.port}\n`)
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => service.close().then(() => process.exit(0)))
}

function readOptions() {
  let values
  try {
    const strings = Object.fromEntries(['port', 'host', 'tls-cert', 'tls-key'].map((name) => [name, { type: 'string' }]))
    values = parseArgs({ options: strings, strict: true }).values
  } catch (error) {
    throw new Refusal(`${error.message}\n${usage}`)
  }
  const port = values.port === undefined ? 0 : Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > 65535 || values.port === '') throw new Refusal(`--port must be a number from 1 to 65535, not "${values.port}".\n${usage}`)
  for (const name of ['tls-cert', 'tls-key']) if (!values[name]) throw new Refusal(`--${name} is missing.\n${usage}`)
  return { port, host: values.host ?? '127.0.0.1', cert: values['tls-cert'], key: values['tls-key'] }
}

async function readPem(path, option, parse) {
  const text = await readFile(path).catch((error) => {
    throw new Refusal(`${option}: ${path} can't be read (${error.code ?? error.message}).`)
  })
  try {
    parse(text)
  } catch {
    throw new Refusal(`${option}: ${path} holds no ${option === '--tls-cert' ? 'certificate' : 'private key'} in PEM form that can be used.`)
  }
  return text
}

function listenRefusal(error, { host, port }) {
  if (error.code === 'EADDRINUSE') return new Refusal(`Port ${port} on ${host} is in use by another program.`)
  if (error.code === 'EACCES') return new Refusal(`Port ${port} on ${host} needs more rights than this user has.`)
  if (error.code === 'EADDRNOTAVAIL') return new Refusal(`${host} is no address of this machine.`)
  return error
}

/** Bundles the TypeScript sources where they have changed since the last time; answers the bundle's path. */
async function bundle() {
  const outDir = join(root, 'out/demo-service')
  const file = join(outDir, 'tls-service.mjs')
  const stampFile = join(outDir, 'stamp')
  const stamp = await hashSources(join(root, 'app/demo'))
  if ((await readFile(stampFile, 'utf8').catch(() => '')) === stamp) return file
  process.stderr.write('Bundling the demo service\n')
  const { build } = await import('vite').catch(() => {
    throw new Refusal('The demo service needs its packages: run `npm ci` first.')
  })
  await build({
    root,
    configFile: false,
    logLevel: 'silent',
    build: { ssr: join(root, 'app/demo/tls-service.ts'), outDir, emptyOutDir: true, target: 'node20', rollupOptions: { output: { entryFileNames: 'tls-service.mjs' } } }
  })
  await writeFile(stampFile, stamp)
  return file
}

async function hashSources(folder) {
  const hash = createHash('sha256')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ts')).sort()
  for (const name of names) hash.update(name).update(await readFile(join(folder, name)))
  return hash.digest('hex')
}

main().catch((error) => {
  process.stderr.write(`${error instanceof Refusal ? error.message : (error.stack ?? String(error))}\n`)
  process.exit(1)
})
