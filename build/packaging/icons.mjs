// The app's icons, all from renderer/icon.svg.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { IconIcns, IconIco } from '@shockpkg/icon-encoder'
import sharp from 'sharp'

/** What Windows asks for at 100 to 300 % scale, and 256 for the large views. */
const icoSizes = [256, 128, 64, 48, 32, 24, 16]
/** Types of an ICNS by size, in the order of Apple's iconutil. */
const icnsTypes = [['ic12', 64], ['ic07', 128], ['ic13', 256], ['ic08', 256], ['ic04', 16], ['ic14', 512], ['ic09', 512], ['ic05', 32], ['ic10', 1024], ['ic11', 32]]
/** The sizes that desktops look for in hicolor. */
const linuxSizes = [16, 24, 32, 48, 64, 128, 256, 512]
/** Apple's grid leaves a tenth of the tile free on each side. */
const macMargin = 0.1

/**
 * Writes icon.png (512), icon.ico, icon.icns and png/<n>x<n>.png.
 *
 * @param {{ svg: string, folder: string }} options
 */
export async function makeIcons({ svg, folder }) {
  const source = await readFile(svg)
  await rm(folder, { recursive: true, force: true })
  await mkdir(join(folder, 'png'), { recursive: true })
  for (const size of linuxSizes) await writeFile(join(folder, 'png', `${size}x${size}.png`), await drawn(source, size))
  await writeFile(join(folder, 'icon.png'), await drawn(source, 512))
  const ico = new IconIco()
  for (const size of icoSizes) await ico.addFromPng(await drawn(source, size), size === 256, false)
  await writeFile(join(folder, 'icon.ico'), ico.encode())
  const icns = new IconIcns()
  for (const [type, size] of icnsTypes) await icns.addFromPng(await drawn(source, size, macMargin), [type], false)
  await writeFile(join(folder, 'icon.icns'), icns.encode())
}

/** A PNG of `size` pixels each way; `margin` is the part that stays free on each side. */
async function drawn(svg, size, margin = 0) {
  const free = Math.round(size * margin)
  const inner = size - 2 * free
  // An SVG has 72 dots per inch unless told: drawn at its final size it is sharp at each.
  const { width } = await sharp(svg).metadata()
  const image = sharp(svg, { density: Math.min(72 * (inner / (width ?? 32)) * 1.0001, 100_000) }).resize(inner, inner)
  const transparent = { r: 0, g: 0, b: 0, alpha: 0 }
  return image.extend({ top: free, bottom: free, left: free, right: free, background: transparent }).png({ compressionLevel: 9, palette: false }).toBuffer()
}
