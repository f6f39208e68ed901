// Electron's fuses: what a packaged Tenantry can't be told to do any more, by nobody.
import { flipFuses, FuseState, FuseV1Options, FuseVersion, getCurrentFuseWire } from '@electron/fuses'

/** Each fuse of Electron 45's wire, and why it is as it is (electronjs.org/docs/latest/tutorial/fuses). */
export const fuses = {
  // A signed Tenantry is no Node for whoever finds it. node-pty forks nothing: see `consoleOptions` in app/powershell/launch.ts.
  RunAsNode: false,
  // The window has no cookies; should it ever, they are sealed by the keychain.
  EnableCookieEncryption: true,
  // --require, --inspect and certificates of whoever sets the environment stay out. Certificates: app/network/.
  EnableNodeOptionsEnvironmentVariable: false,
  // No debugger into a process that holds tokens.
  EnableNodeCliInspectArguments: false,
  // The archive is checked as it is read (Windows and macOS; Electron has no such check on Linux).
  EnableEmbeddedAsarIntegrityValidation: true,
  // No app/ folder laid beside the archive takes its place.
  OnlyLoadAppFromAsar: true,
  // The main process uses the snapshot that everybody else does: there is no other one.
  LoadBrowserProcessSpecificV8Snapshot: false,
  // The window comes over app://; a file:// page would be none of ours.
  GrantFileProtocolExtraPrivileges: false,
  // Electron's own default. They make bounds checks in WebAssembly cheap, for 10 GB of address space (not of memory) a module.
  WasmTrapHandlers: true
}

/**
 * Flips every fuse of the packaged app's binary.
 *
 * @param {string} binary the executable, or the .app on macOS
 * @param {{ resetAdHocDarwinSignature?: boolean }} [options] for arm64 on macOS, where a changed binary needs a new ad-hoc signature
 * @throws where the wire has a fuse that is not decided here, or lacks one that is
 */
export async function flip(binary, { resetAdHocDarwinSignature = false } = {}) {
  const decided = Object.fromEntries(Object.entries(fuses).map(([name, on]) => [FuseV1Options[name], on]))
  await flipFuses(binary, { version: FuseVersion.V1, strictlyRequireAllFuses: true, resetAdHocDarwinSignature, ...decided })
}

/**
 * Reads the wire of a binary, as names and whether each is on.
 *
 * @param {string} binary
 * @returns {Promise<Record<string, boolean>>} a fuse that has no name here goes by its number
 */
export async function readFuses(binary) {
  const { version: _version, ...wire } = await getCurrentFuseWire(binary)
  return Object.fromEntries(Object.entries(wire).map(([index, state]) => [FuseV1Options[index] ?? index, state === FuseState.ENABLE]))
}
