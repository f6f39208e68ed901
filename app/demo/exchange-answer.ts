/** What the service answers, before it is written. */
export interface ExchangeAnswer {
  status: number
  headers?: Record<string, string>
  /** Text as it is, anything else as JSON; undefined for an empty body. */
  body?: unknown
  /** JSON that is text already, in place of `body`. */
  json?: string
  page?: number
}

/** Exchange's error shape; `details` is `<code>|<exception type>|<text>`. */
export function exchangeError(status: number, code: string, message: string, exceptionType = 'Microsoft.Exchange.Admin.OData.Core.ODataServiceException'): ExchangeAnswer {
  return { status, body: { error: { code, message, details: [{ code: 'Context', target: '', message: `Ex6F9304|${exceptionType}|${message}` }] } } }
}
