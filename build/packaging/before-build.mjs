/**
 * electron-builder asks before it installs and rebuilds packages: no. The binaries that come along fit every Node and
 * Electron, and which packages these are stands in electron-builder.yml.
 */
export default async function beforeBuild() {
  return false
}
