// Prints what CHANGELOG.md says of a version; of one that has no section of its own yet, what is unreleased.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from '../setup.mjs'

/**
 * @param {string} changelog
 * @param {string} version
 * @returns {string}
 */
export function releaseNotes(changelog, version) {
  const sections = new Map(changelog.split(/^## /m).slice(1).map((section) => [section.split(/\s/, 1)[0], section.slice(section.indexOf('\n') + 1).trim()]))
  return sections.get(version) ?? sections.get(`v${version}`) ?? sections.get('Unreleased') ?? ''
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(releaseNotes(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'), process.argv[2] ?? ''))
