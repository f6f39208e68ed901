using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.Exchange.Management.AdminApiProvider;
using Microsoft.Exchange.Management.AdminApiProvider.Authentication;

// As in TokenInformation.cs: Microsoft's names, Tenantry's code.
namespace Microsoft.Exchange.Management.ExoPowershellSnapin
{
    /// <summary>One connection to Exchange or to Security &amp; Compliance.</summary>
    public class ConnectionContext
    {
        public string ConnectionId { get; internal set; }

        public ITokenProvider TokenProvider { get; internal set; }

        public string TenantId { get; internal set; }

        public string Organization { get; internal set; }

        public string DelegatedOrganization { get; internal set; }

        public string UserPrincipalName { get; internal set; }

        public string ConnectionUri { get; internal set; }

        public string AzureADAuthorizationEndpointUri { get; internal set; }

        public string ExchangeEnvironmentName { get; internal set; }

        public string ModulePrefix { get; internal set; }

        public uint PageSize { get; internal set; }

        public bool IsEopSession { get; internal set; }

        /// <summary>Folder of the module that was made of the service's text; its name is the module's name.</summary>
        public string ModulePath { get; internal set; }

        public TokenInformation PowerShellTokenInfo
        {
            get { return TokenProvider.GetValidTokenFromCache(string.Empty); }
        }

        /// <summary>The token of this moment. The arguments are Microsoft's: claims of a challenge, and the cmdlet's id.</summary>
        public TokenInformation GetAuthHeader(string claims, string cmdletId)
        {
            return TokenProvider.GetValidTokenFromCache(claims);
        }

        /// <summary>X-AnchorMailbox of what the connection itself sends.</summary>
        internal string Anchor
        {
            get
            {
                if (!string.IsNullOrEmpty(UserPrincipalName)) return "UPN:" + UserPrincipalName;
                return IsEopSession ? "UPN:" + AnchorNames.SystemMailbox + "@" + Organization : "APP:" + AnchorNames.SystemMailbox + "@" + TenantId;
            }
        }
    }

    internal static class AnchorNames
    {
        internal const string SystemMailbox = "SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}";
    }

    /// <summary>Every connection of the process.</summary>
    public static class ConnectionContextFactory
    {
        private static readonly object Gate = new object();
        private static readonly List<ConnectionContext> Contexts = new List<ConnectionContext>();

        public static List<ConnectionContext> GetAllConnectionContexts()
        {
            lock (Gate) return Contexts.ToList();
        }

        public static ConnectionContext GetCurrentConnectionContext(string connectionId)
        {
            lock (Gate) return Contexts.FirstOrDefault(context => string.Equals(context.ConnectionId, connectionId, StringComparison.OrdinalIgnoreCase));
        }

        public static bool RemoveConnectionContextUsingConnectionId(string connectionId)
        {
            lock (Gate) return Contexts.RemoveAll(context => string.Equals(context.ConnectionId, connectionId, StringComparison.OrdinalIgnoreCase)) > 0;
        }

        internal static void Add(ConnectionContext context)
        {
            lock (Gate) Contexts.Add(context);
            if (context.IsEopSession) return;
            AppSettings.TokenProvider = context.TokenProvider;
            AppSettings.ConnectionId = Guid.Parse(context.ConnectionId);
            AppSettings.TenantId = context.TenantId;
            AppSettings.Organization = context.Organization;
            AppSettings.UserPrincipalName = context.UserPrincipalName;
            AppSettings.BaseUri = context.ConnectionUri;
            AppSettings.PageSize = context.PageSize;
        }
    }
}
