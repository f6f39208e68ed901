using System;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
using System.Net.Http;
using System.Text;
using Microsoft.Exchange.Management.AdminApiProvider.Authentication;
using Microsoft.Exchange.Management.ExoPowershellSnapin;

namespace Tenantry.Demo.ExchangeOnline
{
    /// <summary>
    /// The requests behind Connect-ExchangeOnline and Connect-IPPSSession: banner, the redirect of compliance, and the
    /// service's cmdlets as text, written into a folder as a module. Answers the context; the caller imports and adds it.
    /// </summary>
    [Cmdlet(VerbsCommunications.Connect, "AdminApi")]
    [OutputType(typeof(ConnectionContext))]
    public sealed class ConnectCommand : PSCmdlet
    {
        [Parameter(Mandatory = true)] public string AccessToken { get; set; }
        [Parameter] public string Organization { get; set; }
        [Parameter] public string DelegatedOrganization { get; set; }
        [Parameter] public string UserPrincipalName { get; set; }
        [Parameter(Mandatory = true)] public string ConnectionUri { get; set; }
        [Parameter] public string AuthorizationEndpointUri { get; set; }
        [Parameter] public string ExchangeEnvironmentName { get; set; }
        [Parameter] public string[] CommandName { get; set; }
        [Parameter] public string Prefix { get; set; }
        [Parameter] public uint PageSize { get; set; } = 1000;
        [Parameter] public string BasePath { get; set; }
        [Parameter] public SwitchParameter ShowBanner { get; set; }
        [Parameter] public SwitchParameter SkipLoadingFormatData { get; set; }
        [Parameter] public SwitchParameter Compliance { get; set; }

        private readonly string connectionId = Guid.NewGuid().ToString();
        private string baseUri;
        private string tenantId;

        protected override void EndProcessing()
        {
            baseUri = ReadUri(ConnectionUri);
            tenantId = ReadTenant(AccessToken);
            ConnectionContext context = CreateContext();
            if (ShowBanner) WriteBanner(context);
            if (Compliance) FollowRegion(context);
            context.ConnectionUri = baseUri;
            context.ModulePath = WriteModule(AskForModule(context));
            WriteObject(context);
        }

        private ConnectionContext CreateContext()
        {
            var token = TokenInformation.Create(UserPrincipalName ?? string.Empty, "Bearer " + AccessToken, tenantId, DateTimeOffset.MaxValue);
            return new ConnectionContext
            {
                ConnectionId = connectionId,
                TokenProvider = new ExternalAccessTokenProvider(token),
                TenantId = tenantId,
                Organization = string.IsNullOrEmpty(Organization) ? DelegatedOrganization : Organization,
                DelegatedOrganization = DelegatedOrganization,
                UserPrincipalName = UserPrincipalName,
                ConnectionUri = baseUri,
                AzureADAuthorizationEndpointUri = AuthorizationEndpointUri,
                ExchangeEnvironmentName = ExchangeEnvironmentName,
                ModulePrefix = Prefix,
                PageSize = PageSize,
                IsEopSession = Compliance
            };
        }

        /// <summary>https keeps its host only, as Microsoft's module does; loopback keeps port and the alias of a host.</summary>
        private static string ReadUri(string text)
        {
            Uri uri;
            if (!Uri.TryCreate(text, UriKind.Absolute, out uri)) throw new ArgumentException("The ConnectionUri '" + text + "' is not a URI.");
            if (uri.IsLoopback) return uri.GetLeftPart(UriPartial.Authority) + (uri.AbsolutePath.StartsWith("/hosts/", StringComparison.Ordinal) ? uri.AbsolutePath.TrimEnd('/') : string.Empty);
            if (uri.Scheme != "https") throw new ArgumentException("The ConnectionUri must be https.");
            return "https://" + uri.Host;
        }

        /// <summary>Reads the token's tenant, and nothing else of it.</summary>
        private static string ReadTenant(string token)
        {
            string[] parts = token.Split('.');
            PSObject claims = null;
            if (parts.Length == 3)
            {
                try
                {
                    string payload = parts[1].Replace('-', '+').Replace('_', '/');
                    payload = payload.PadRight(payload.Length + (4 - payload.Length % 4) % 4, '=');
                    claims = JsonReader.Read(Encoding.UTF8.GetString(Convert.FromBase64String(payload))) as PSObject;
                }
                catch (FormatException)
                {
                    claims = null;
                }
            }
            var tenant = RestCommand.Value(claims, "tid") as string;
            if (string.IsNullOrEmpty(tenant)) throw new ArgumentException("The AccessToken is not a valid JWT: its tenant (tid) can't be read.");
            return tenant;
        }

        private void WriteBanner(ConnectionContext context)
        {
            string url = baseUri + "/AdminApi/v1.0/" + tenantId + "/EXOBanner('AutogenSession')?Version=" + AdminApi.ModuleVersion;
            Answer answer = AdminApi.Send(this, HttpMethod.Get, url, new Dictionary<string, string> { ["Authorization"] = Authorization(context) });
            // Without a banner the connection goes on: the next request says what is wrong.
            if (!answer.IsSuccess) return;
            var text = RestCommand.Value(JsonReader.Read(answer.Body) as PSObject, "moduleBannerContent") as string;
            if (!string.IsNullOrEmpty(text)) Host.UI.WriteLine(text);
        }

        private void FollowRegion(ConnectionContext context)
        {
            var headers = new Dictionary<string, string> { ["Authorization"] = Authorization(context), ["X-AnchorMailbox"] = context.Anchor };
            Answer answer = AdminApi.Send(this, HttpMethod.Get, ModuleUrl(), headers);
            if (answer.Status != 302 || answer.Location == null) throw Refusal(answer);
            baseUri = ReadUri(TrimPath(answer.Location));
        }

        /// <summary>What stands before "/AdminApi" in the address the service named.</summary>
        private static string TrimPath(Uri location)
        {
            string text = location.AbsoluteUri;
            int at = text.IndexOf("/adminapi/", StringComparison.OrdinalIgnoreCase);
            return at < 0 ? text : text.Substring(0, at);
        }

        private PSObject AskForModule(ConnectionContext context)
        {
            Dictionary<string, string> headers = AdminApi.CommonHeaders(Authorization(context), context.Anchor, connectionId);
            headers["CommandName"] = CommandName == null || CommandName.Length == 0 ? "*" : string.Join(",", CommandName);
            if (SkipLoadingFormatData) headers["SkipLoadingFormatData"] = "true";
            headers["ps-version"] = AdminApi.PowerShellVersion(this);
            headers["is-cloud-shell-environment"] = "False";
            headers["x-ms-diagnostics"] = "ClientCertSigned:false";
            headers["Disable-WAM"] = "False";
            headers["X-InitializeConnectionContextObjectIdDynamic"] = "true";
            Answer answer = AdminApi.Send(this, HttpMethod.Get, ModuleUrl(), headers);
            if (!answer.IsSuccess) throw Refusal(answer);
            var module = JsonReader.Read(answer.Body) as PSObject;
            if (!(RestCommand.Value(module, "value") is object[])) throw new InvalidOperationException(NotFormed);
            return module;
        }

        private const string NotFormed = "Module could not be correctly formed. Please run Connect-ExchangeOnline again.";

        /// <summary>What Microsoft's module says to each refusal of a connection.</summary>
        private static Exception Refusal(Answer answer)
        {
            if (answer.Status == 401) return new UnauthorizedAccessException("UnAuthorized");
            if (answer.Status == 429)
            {
                return new InvalidOperationException("Response status code does not indicate success: 429 (Too Many Requests). Retry after " + (answer.RetryAfter ?? "some") + " seconds.");
            }
            if (answer.Body.Length == 0) return new InvalidOperationException(NotFormed);
            string text = AdminApi.ErrorText(answer.Body, false);
            if (text != null) return new InvalidOperationException(text);
            try { JsonReader.Read(answer.Body); }
            catch (FormatException error) { return error; }
            return new InvalidOperationException(NotFormed);
        }

        private string ModuleUrl()
        {
            return baseUri + "/AdminApi/v1.0/" + tenantId + "/EXOModuleFile?Version=" + AdminApi.ModuleVersion;
        }

        private static string Authorization(ConnectionContext context)
        {
            return context.GetAuthHeader(string.Empty, string.Empty).AuthorizationHeader;
        }

        /// <summary>Writes the service's text as a module of its own name; answers the manifest's path.</summary>
        private string WriteModule(PSObject module)
        {
            string name = "tmpEXO_" + Path.GetRandomFileName().Replace(".", string.Empty);
            string folder = Directory.CreateDirectory(Path.Combine(string.IsNullOrEmpty(BasePath) ? Path.GetTempPath() : BasePath, name)).FullName;
            var formats = new List<string>();
            string exported = string.Empty;
            foreach (object item in (object[])RestCommand.Value(module, "value"))
            {
                var file = item as PSObject;
                string fileName = Path.GetFileName(Convert.ToString(RestCommand.Value(file, "fileName")));
                string content = Convert.ToString(RestCommand.Value(file, "fileContent"));
                bool isFormat = fileName.EndsWith(".format.ps1xml", StringComparison.OrdinalIgnoreCase);
                if (isFormat) formats.Add("'" + name + ".format.ps1xml'");
                else exported = Convert.ToString(RestCommand.Value(file, "exportedCmdlets"));
                File.WriteAllText(Path.Combine(folder, name + (isFormat ? ".format.ps1xml" : ".psm1")), content, new UTF8Encoding(true));
            }
            string manifest = Path.Combine(folder, name + ".psd1");
            File.WriteAllText(manifest, Manifest(name, exported, formats), new UTF8Encoding(true));
            return manifest;
        }

        private static string Manifest(string name, string exported, List<string> formats)
        {
            string functions = exported.Length == 0 ? "@()" : "@('" + exported.Replace(",", "','") + "')";
            return "@{\n  RootModule = '" + name + ".psm1'\n  ModuleVersion = '1.0'\n  GUID = '" + Guid.NewGuid() + "'\n"
                + "  FunctionsToExport = " + functions + "\n  CmdletsToExport = @()\n  AliasesToExport = @()\n  VariablesToExport = @()\n"
                + "  FormatsToProcess = @(" + string.Join(",", formats) + ")\n}\n";
        }
    }

    /// <summary>Adds a connection once its cmdlets are imported; from then on it is what Get-EXO* uses.</summary>
    [Cmdlet(VerbsCommon.Add, "ConnectionContext")]
    public sealed class AddContextCommand : PSCmdlet
    {
        [Parameter(Mandatory = true)] public ConnectionContext Context { get; set; }

        protected override void EndProcessing()
        {
            ConnectionContextFactory.Add(Context);
        }
    }
}
