using System;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
using System.Net.Http;
using Microsoft.Exchange.Management.AdminApiProvider;
using Microsoft.Exchange.Management.AdminApiProvider.Authentication;
using Microsoft.Exchange.Management.ExoPowershellSnapin;

namespace Tenantry.Demo.ExchangeOnline
{
    /// <summary>What Get-ConnectionInformation shows, in Microsoft's names.</summary>
    public sealed class ConnectionInformation
    {
        public Guid ConnectionId { get; internal set; }
        public string State { get; internal set; }
        public int Id { get; internal set; }
        public string Name { get; internal set; }
        public string UserPrincipalName { get; internal set; }
        public string ConnectionUri { get; internal set; }
        public string AzureAdAuthorizationEndpointUri { get; internal set; }
        public DateTime TokenExpiryTimeUTC { get; internal set; }
        public bool CertificateAuthentication { get; internal set; }
        public string ModuleName { get; internal set; }
        public string ModulePrefix { get; internal set; }
        public string Organization { get; internal set; }
        public string DelegatedOrganization { get; internal set; }
        public string AppId { get; internal set; }
        public uint PageSize { get; internal set; }
        public string TenantID { get; internal set; }
        public string TokenStatus { get; internal set; }
        public bool ConnectionUsedForInbuiltCmdlets { get; internal set; }
        public bool IsEopSession { get; internal set; }
    }

    [Cmdlet(VerbsCommon.Get, "ConnectionInformation")]
    [OutputType(typeof(ConnectionInformation))]
    public sealed class ConnectionInformationCommand : PSCmdlet
    {
        [Parameter] public string[] ConnectionId { get; set; }
        [Parameter] public string[] ModulePrefix { get; set; }

        protected override void EndProcessing()
        {
            int number = 0;
            foreach (ConnectionContext context in ConnectionContextFactory.GetAllConnectionContexts())
            {
                number++;
                if (Fits(ConnectionId, context.ConnectionId) && Fits(ModulePrefix, context.ModulePrefix)) WriteObject(Describe(context, number));
            }
        }

        private static bool Fits(string[] wanted, string value)
        {
            return wanted == null || Array.Exists(wanted, one => string.Equals(one, value, StringComparison.OrdinalIgnoreCase));
        }

        private ConnectionInformation Describe(ConnectionContext context, int number)
        {
            TokenInformation token = context.PowerShellTokenInfo;
            return new ConnectionInformation
            {
                ConnectionId = Guid.Parse(context.ConnectionId),
                State = AskForState(context),
                Id = number,
                Name = (context.IsEopSession ? "ExchangeOnlineProtection_" : "ExchangeOnline_") + number,
                UserPrincipalName = token.UserPrincipalName,
                ConnectionUri = context.ConnectionUri,
                AzureAdAuthorizationEndpointUri = context.AzureADAuthorizationEndpointUri,
                TokenExpiryTimeUTC = token.ExpiresOn.UtcDateTime,
                ModuleName = Path.GetDirectoryName(context.ModulePath),
                ModulePrefix = context.ModulePrefix,
                Organization = context.Organization,
                DelegatedOrganization = context.DelegatedOrganization,
                AppId = string.Empty,
                PageSize = context.PageSize,
                TenantID = context.TenantId,
                // As Microsoft's: it goes by the expiry it was told, which with -AccessToken is never.
                TokenStatus = token.ExpiresOn > DateTimeOffset.UtcNow ? "Active" : "Expired",
                ConnectionUsedForInbuiltCmdlets = !context.IsEopSession && AppSettings.ConnectionId == Guid.Parse(context.ConnectionId),
                IsEopSession = context.IsEopSession
            };
        }

        private string AskForState(ConnectionContext context)
        {
            string url = context.ConnectionUri + "/AdminApi/beta/" + context.TenantId + "/basicinfo('AdminApiState')";
            var headers = new Dictionary<string, string> { ["Authorization"] = context.GetAuthHeader(string.Empty, string.Empty).AuthorizationHeader };
            Answer answer;
            try
            {
                answer = AdminApi.Send(this, HttpMethod.Get, url, headers);
            }
            catch (HttpRequestException)
            {
                return "Broken";
            }
            if (answer.IsSuccess) return "Connected";
            // Microsoft's module trips over an empty body in just these words.
            if (answer.Body.Length == 0) throw new InvalidOperationException("Error to log cannot be null/empty");
            return "Broken";
        }
    }
}
