/** One directive: what it lets in, and why nothing less would do. */
export interface PolicyRow {
  directive: string
  sources: string
  reason: string
}

/** Everything is refused but these rows; both hosts send them. */
export const policyRows: readonly PolicyRow[] = [
  { directive: 'default-src', sources: "'none'", reason: 'what has no row of its own is not loaded: no frames, no workers, no media, no manifests' },
  { directive: 'script-src', sources: "'self'", reason: 'the window’s one script; nothing inline, no eval' },
  { directive: 'style-src', sources: "'self' 'unsafe-inline'", reason: 'xterm and Svelte set style elements and attributes; a style runs nothing, and what it could load has its own row' },
  { directive: 'img-src', sources: "'self' data:", reason: 'the icon, and xterm’s cursor images' },
  { directive: 'font-src', sources: "'self'", reason: 'fonts that come with the window' },
  { directive: 'base-uri', sources: "'none'", reason: 'nothing may turn relative addresses elsewhere' },
  { directive: 'form-action', sources: "'none'", reason: 'forms are handled by the window and sent nowhere' },
  { directive: 'frame-ancestors', sources: "'none'", reason: 'nobody shows the window inside a page of their own' },
  { directive: 'object-src', sources: "'none'", reason: 'no plug-ins' }
]

/** The header’s value. @param connect where the page may connect to; nowhere unless told */
export function contentSecurityPolicy(connect = "'none'"): string {
  return [...policyRows, { directive: 'connect-src', sources: connect }].map(({ directive, sources }) => `${directive} ${sources}`).join('; ')
}
