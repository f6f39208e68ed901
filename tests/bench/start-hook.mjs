// Loaded with --import before out/app/main.js: `electron` is the stand-in.
import { register } from 'node:module'

const standIn = new URL('electron-stand-in-for-start.mjs', import.meta.url).href
const hook = `export const resolve = (name, context, next) => (name === 'electron' ? { url: ${JSON.stringify(standIn)}, shortCircuit: true } : next(name, context))`
register(`data:text/javascript,${encodeURIComponent(hook)}`)
