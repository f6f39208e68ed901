/**
 * The audience that Entra wants in a federated credential's token, by the login authority's cloud
 * (learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations; github.com/Azure/login names the
 * same ones).
 */
const audiences = [
  { ends: '.us', audience: 'api://AzureADTokenExchangeUSGov' },
  { ends: '.cn', audience: 'api://AzureADTokenExchangeChina' }
]
export const audienceOf = (authority: string): string => audiences.find(({ ends }) => new URL(authority).hostname.endsWith(ends))?.audience ?? 'api://AzureADTokenExchange'
