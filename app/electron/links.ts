/** `tenantry://open/<profile id>`, and a slash at its end, which some systems add. */
const openLink = /^tenantry:\/\/open\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\/?$/i

/**
 * The profile that a link asks for, or null. A link may come from any page or mail, so it can open and focus a profile
 * that is here already, and nothing else in it is obeyed: one with anything more is no link of ours.
 */
export function profileIdOfLink(link: string): string | null {
  return openLink.exec(link)?.[1]?.toLowerCase() ?? null
}

/** The profile that a start's arguments ask for; Windows and Linux hand a link over as one of them. */
export function profileIdInArguments(args: readonly string[]): string | null {
  const links = args.filter((argument) => /^tenantry:/i.test(argument))
  return links.length === 1 ? profileIdOfLink(links[0]!) : null
}
