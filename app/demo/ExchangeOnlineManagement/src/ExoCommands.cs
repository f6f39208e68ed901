using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Net.Http;
using Microsoft.Exchange.Management.AdminApiProvider;

namespace Tenantry.Demo.ExchangeOnline
{
    /// <summary>An OData GET of the newest connection, page by page.</summary>
    public abstract class ExoCommand : PSCmdlet
    {
        private const uint MaxPage = 1000;

        /// <summary>Asks for a path below the tenant and writes at most `limit` of its objects.</summary>
        private protected void Get(string path, IEnumerable<string> query, uint limit, string typeName)
        {
            if (AppSettings.TokenProvider == null)
            {
                ThrowTerminatingError(Failure("You must call the Connect-ExchangeOnline cmdlet before calling any other cmdlets.", "NotConnected"));
            }
            string[] parts = query.Where(part => part != null).ToArray();
            string url = AppSettings.BaseUri + "/adminapi/beta/" + AppSettings.TenantId + "/" + path + (parts.Length > 0 ? "?" + string.Join("&", parts) : string.Empty);
            uint left = limit;
            while (url != null && left > 0 && !Stopping)
            {
                PSObject page = GetPage(url, Math.Min(left, Math.Min(AppSettings.PageSize, MaxPage)));
                if (page == null) return;
                left -= WritePage(page, left, typeName);
                url = RestCommand.Value(page, "@odata.nextLink") as string;
            }
            MoreIsLeft = url != null;
        }

        /// <summary>True where the last <see cref="Get"/> stopped at its limit and the service had more.</summary>
        private protected bool MoreIsLeft { get; private set; }

        private PSObject GetPage(string url, uint size)
        {
            try
            {
                Answer answer = AdminApi.Send(this, HttpMethod.Get, url, Headers(size));
                if (answer.IsSuccess) return JsonReader.Read(answer.Body) as PSObject;
                WriteError(Failure(RefusalText(answer), "RestError"));
            }
            catch (Exception error) when (!(error is PipelineStoppedException))
            {
                WriteError(Failure("Error while querying REST service. " + error.Message, error.GetType().Name));
            }
            return null;
        }

        private static string RefusalText(Answer answer)
        {
            if (answer.Status == 401) return "Error while querying REST service. HttpStatusCode=401 ErrorMessage=Unauthorized";
            string wait = answer.RetryAfter == null ? string.Empty : " Retry after " + answer.RetryAfter + " seconds.";
            return "Error while querying REST service. HttpStatusCode=" + answer.Status + " ErrorMessage=" + (AdminApi.ErrorText(answer.Body, true) ?? answer.Reason) + wait;
        }

        private uint WritePage(PSObject page, uint limit, string typeName)
        {
            uint written = 0;
            foreach (object item in RestCommand.Value(page, "value") as object[] ?? new object[0])
            {
                if (written == limit) break;
                var shown = item as PSObject;
                if (shown != null)
                {
                    if (shown.Properties["Identity"] == null && shown.Properties["Id"] != null) shown.Properties.Add(new PSNoteProperty("Identity", shown.Properties["Id"].Value));
                    shown.TypeNames.Insert(0, typeName);
                }
                written++;
                WriteObject(item, false);
            }
            return written;
        }

        private Dictionary<string, string> Headers(uint size)
        {
            string anchor = string.IsNullOrEmpty(AppSettings.UserPrincipalName)
                ? "UPN:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@" + AppSettings.Organization
                : "UPN:" + AppSettings.UserPrincipalName;
            string authorization = AppSettings.TokenProvider.GetValidTokenFromCache(string.Empty).AuthorizationHeader;
            Dictionary<string, string> headers = AdminApi.CommonHeaders(authorization, anchor, AppSettings.ConnectionId.ToString());
            headers["OData-Version"] = "4.0";
            headers["OData-MaxVersion"] = "4.0";
            headers["Accept"] = "application/json;odata.metadata=minimal";
            headers["Accept-Charset"] = "UTF-8";
            headers["User-Agent"] = "Microsoft.OData.Client/7.22.0";
            headers["Connection"] = "Keep-Alive";
            headers["ps-version"] = AdminApi.PowerShellVersion(this);
            headers["is-cloud-shell"] = "False";
            headers["Prefer"] = "odata.maxpagesize=" + size + ";";
            headers["Content-Type"] = "application/json;odata.metadata=minimal";
            return headers;
        }

        private protected static string Query(string name, string value)
        {
            return string.IsNullOrEmpty(value) ? null : Uri.EscapeDataString(name) + "=" + Uri.EscapeDataString(value);
        }

        private protected static string Query(string name, string[] values)
        {
            return values == null || values.Length == 0 ? null : Query(name, string.Join(",", values));
        }

        private protected static string Key(string identity)
        {
            return "('" + Uri.EscapeDataString(identity.Replace("'", "''")) + "')";
        }

        private ErrorRecord Failure(string text, string id)
        {
            return new ErrorRecord(new InvalidOperationException(text), id, ErrorCategory.InvalidOperation, null);
        }
    }

    /// <summary>A cmdlet that lists a collection, or shows one of it.</summary>
    public abstract class ExoListCommand : ExoCommand
    {
        private const uint DefaultResultSize = 1000;

        [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
        public string Identity { get; set; }

        [Parameter(ValueFromPipelineByPropertyName = true)] public string ExternalDirectoryObjectId { get; set; }
        [Parameter] public string PrimarySmtpAddress { get; set; }
        [Parameter(ValueFromPipelineByPropertyName = true)] public string UserPrincipalName { get; set; }
        [Parameter] public string Anr { get; set; }
        [Parameter] public string Filter { get; set; }
        [Parameter] public string[] RecipientTypeDetails { get; set; }
        [Parameter] public string[] Properties { get; set; }
        [Parameter] public string[] PropertySets { get; set; }
        /// <summary>A number, or Unlimited.</summary>
        [Parameter] public string ResultSize { get; set; }

        private protected abstract string Collection { get; }

        private protected abstract string TypeName { get; }

        protected override void ProcessRecord()
        {
            var query = new[] { Query("PropertySet", PropertySets), Query("Properties", Properties), Query("$filter", Filter), Query("Anr", Anr), Query("RecipientTypeDetails", RecipientTypeDetails) };
            string one = Identity ?? ExternalDirectoryObjectId ?? UserPrincipalName ?? PrimarySmtpAddress;
            if (!string.IsNullOrEmpty(one))
            {
                Get(Collection + Key(one), query.Take(2), 1, TypeName);
                return;
            }
            Get(Collection, query, Limit(), TypeName);
            if (!MoreIsLeft) return;
            WriteWarning(ResultSize == null
                ? "By default, only the first 1000 items are returned. Use the ResultSize parameter to specify the number of items returned. To return all items, specify \"-ResultSize Unlimited\". Be aware that, depending on the actual number of items, returning all items can take a long time and consume a large amount of memory. Also, we don't recommend storing the results in a variable. Instead, pipe the results to another task or script to perform batch changes."
                : "There are more results available than are currently displayed. To view them, increase the value for the ResultSize parameter.");
        }

        private uint Limit()
        {
            if (ResultSize == null) return DefaultResultSize;
            if (string.Equals(ResultSize, "Unlimited", StringComparison.OrdinalIgnoreCase)) return uint.MaxValue;
            uint size;
            if (uint.TryParse(ResultSize, out size)) return size;
            throw new ParameterBindingException("Cannot bind parameter 'ResultSize'. '" + ResultSize + "' is neither a number nor Unlimited.");
        }
    }

    [Cmdlet(VerbsCommon.Get, "EXOMailbox")]
    public sealed class GetExoMailbox : ExoListCommand
    {
        [Parameter] public SwitchParameter Archive { get; set; }
        [Parameter] public SwitchParameter InactiveMailboxOnly { get; set; }
        [Parameter] public SwitchParameter IncludeInactiveMailbox { get; set; }
        [Parameter] public SwitchParameter SoftDeletedMailbox { get; set; }
        [Parameter] public SwitchParameter PublicFolder { get; set; }

        private protected override string Collection { get { return "Mailbox"; } }

        private protected override string TypeName { get { return "Microsoft.Exchange.Management.RestApiClient.GetExoMailbox"; } }
    }

    [Cmdlet(VerbsCommon.Get, "EXORecipient")]
    public sealed class GetExoRecipient : ExoListCommand
    {
        private protected override string Collection { get { return "Recipient"; } }

        private protected override string TypeName { get { return "Microsoft.Exchange.Management.RestApiClient.GetExoRecipient"; } }
    }

    [Cmdlet(VerbsCommon.Get, "EXOCasMailbox")]
    public sealed class GetExoCasMailbox : ExoListCommand
    {
        private protected override string Collection { get { return "CasMailbox"; } }

        private protected override string TypeName { get { return "Microsoft.Exchange.Management.RestApiClient.GetExoCasMailbox"; } }
    }

    /// <summary>A cmdlet that shows something of one mailbox or recipient.</summary>
    public abstract class ExoPartCommand : ExoCommand
    {
        [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
        public string Identity { get; set; }

        [Parameter(ValueFromPipelineByPropertyName = true)] public string ExternalDirectoryObjectId { get; set; }
        [Parameter(ValueFromPipelineByPropertyName = true)] public string UserPrincipalName { get; set; }
        [Parameter] public string PrimarySmtpAddress { get; set; }

        private protected abstract string Owner { get; }

        private protected abstract string Part { get; }

        protected override void ProcessRecord()
        {
            string one = Identity ?? ExternalDirectoryObjectId ?? UserPrincipalName ?? PrimarySmtpAddress;
            if (string.IsNullOrEmpty(one)) throw new ParameterBindingException("Specify one of Identity, ExternalDirectoryObjectId, UserPrincipalName or PrimarySmtpAddress.");
            Get(Owner + Key(one) + "/" + Part, new string[0], uint.MaxValue, "Microsoft.Exchange.Management.RestApiClient." + GetType().Name);
        }
    }

    [Cmdlet(VerbsCommon.Get, "EXOMailboxStatistics")]
    public sealed class GetExoMailboxStatistics : ExoPartCommand
    {
        [Parameter] public SwitchParameter Archive { get; set; }
        [Parameter] public SwitchParameter IncludeSoftDeletedRecipients { get; set; }
        [Parameter] public string[] Properties { get; set; }
        [Parameter] public string[] PropertySets { get; set; }

        private protected override string Owner { get { return "Mailbox"; } }

        private protected override string Part { get { return "Exchange.GetMailboxStatistics(archive=" + (Archive ? "true" : "false") + ")"; } }
    }

    [Cmdlet(VerbsCommon.Get, "EXOMailboxFolderStatistics")]
    public sealed class GetExoMailboxFolderStatistics : ExoPartCommand
    {
        [Parameter] public string FolderScope { get; set; }
        [Parameter] public SwitchParameter Archive { get; set; }
        [Parameter] public SwitchParameter IncludeOldestAndNewestItems { get; set; }
        [Parameter] public SwitchParameter IncludeAnalysis { get; set; }

        private protected override string Owner { get { return "Mailbox"; } }

        private protected override string Part { get { return "Exchange.GetMailboxFolderStatistics(folderscope=Exchange.ElcFolderType'" + (FolderScope ?? "All") + "')"; } }
    }

    [Cmdlet(VerbsCommon.Get, "EXOMailboxPermission")]
    public sealed class GetExoMailboxPermission : ExoPartCommand
    {
        [Parameter] public string ResultSize { get; set; }

        private protected override string Owner { get { return "Mailbox"; } }

        private protected override string Part { get { return "MailboxPermission"; } }
    }

    [Cmdlet(VerbsCommon.Get, "EXORecipientPermission")]
    public sealed class GetExoRecipientPermission : ExoPartCommand
    {
        [Parameter] public string Trustee { get; set; }
        [Parameter] public string ResultSize { get; set; }

        private protected override string Owner { get { return "Recipient"; } }

        private protected override string Part { get { return "RecipientPermission"; } }
    }

    [Cmdlet(VerbsCommon.Get, "EXOMobileDeviceStatistics")]
    public sealed class GetExoMobileDeviceStatistics : ExoPartCommand
    {
        [Parameter] public SwitchParameter ActiveSync { get; set; }

        private protected override string Owner { get { return "Mailbox"; } }

        private protected override string Part { get { return "Exchange.GetMobileDeviceStatistics()"; } }
    }
}
