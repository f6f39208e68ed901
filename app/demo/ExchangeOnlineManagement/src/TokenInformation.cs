using System;

// The names, members and visibilities of this file are those of Microsoft's module (3.5 to 3.9), because a renewal in a
// running session finds the token by them. The code is Tenantry's.
namespace Microsoft.Exchange.Management.AdminApiProvider.Authentication
{
    /// <summary>A token and what is known of it.</summary>
    public class TokenInformation
    {
        private TokenInformation() { }

        public string UserPrincipalName { get; private set; }

        /// <summary>The header's whole value, "Bearer" included.</summary>
        public string AuthorizationHeader { get; private set; }

        public string TenantId { get; private set; }

        public DateTimeOffset ExpiresOn { get; private set; }

        public static TokenInformation Create(string userPrincipalName, string authorizationHeader, string tenantId, DateTimeOffset expiresOn)
        {
            return new TokenInformation
            {
                UserPrincipalName = userPrincipalName,
                AuthorizationHeader = authorizationHeader,
                TenantId = tenantId,
                ExpiresOn = expiresOn
            };
        }
    }

    /// <summary>What gives a connection its token.</summary>
    public interface ITokenProvider
    {
        TokenInformation GetValidTokenFromCache(string claims);

        TokenInformation GetAccessToken(string claims);
    }

    /// <summary>Holds the token that was handed over by -AccessToken, for ever: it has no way to get another.</summary>
    public class ExternalAccessTokenProvider : ITokenProvider
    {
#pragma warning disable IDE0044 // Not readonly: Microsoft's is not, and the renewal writes it.
        private TokenInformation tokeninfo;
#pragma warning restore IDE0044

        public ExternalAccessTokenProvider(TokenInformation token)
        {
            tokeninfo = token;
        }

        public TokenInformation GetValidTokenFromCache(string claims)
        {
            return tokeninfo;
        }

        public TokenInformation GetAccessToken(string claims)
        {
            return tokeninfo;
        }
    }
}

namespace Microsoft.Exchange.Management.AdminApiProvider
{
    using Authentication;

    /// <summary>What the Get-EXO* cmdlets use: always the newest Exchange connection of the process.</summary>
    public static class AppSettings
    {
        public static ITokenProvider TokenProvider { get; set; }

        public static Guid ConnectionId { get; set; }

        public static string TenantId { get; set; }

        public static string Organization { get; set; }

        public static string UserPrincipalName { get; set; }

        public static string BaseUri { get; set; }

        public static uint PageSize { get; set; } = 1000;
    }
}
