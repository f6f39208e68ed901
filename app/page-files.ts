import { realpath, stat } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'

const contentTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2'
}

export interface PageFile {
  path: string
  type: string
  bytes: number
}

/**
 * The window's file at a URL's path, `/` being its page; null for what lies outside of `folder`, is of another kind than
 * the window's, or is not there. The path is still encoded.
 */
export async function pageFile(folder: string, path: string): Promise<PageFile | null> {
  const name = normalize(decoded(path === '/' ? '/index.html' : path))
  const file = join(folder, name)
  const type = contentTypes[extname(file)]
  if (!type || name.includes('\0') || !file.startsWith(folder + sep)) return null
  const found = await stat(file).catch(() => null)
  if (!found?.isFile()) return null
  // A link inside of the folder may lead out of it.
  const [real, realFolder] = await Promise.all([realpath(file), realpath(folder)])
  return real.startsWith(realFolder + sep) ? { path: real, type, bytes: found.size } : null
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return '\0'
  }
}
