using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Net.Http;
using Microsoft.Exchange.Management.ExoPowershellSnapin;

namespace Tenantry.Demo.ExchangeOnline
{
    /// <summary>
    /// Runs one of the service's cmdlets by InvokeCommand, for the functions that the service shipped; it is exported
    /// to nobody. Its name is what errors show in front of their text, and what people know them by.
    /// </summary>
    [Cmdlet(VerbsCommunications.Write, "ErrorMessage")]
    public sealed class RestCommand : PSCmdlet
    {
        private static readonly HashSet<string> Ours = new HashSet<string>(
            CommonParameters.Concat(OptionalCommonParameters).Concat(new[] { "WhatIf", "Confirm", "ProgressAction" }), StringComparer.OrdinalIgnoreCase);

        [Parameter(Mandatory = true)]
        public string CmdletName { get; set; }

        [Parameter(Mandatory = true)]
        public IDictionary Parameters { get; set; }

        [Parameter(Mandatory = true)]
        public string OutputTypeName { get; set; }

        [Parameter(Mandatory = true)]
        [AllowNull, AllowEmptyString]
        public string ConnectionContextObjectId { get; set; }

        protected override void EndProcessing()
        {
            ConnectionContext context = ConnectionContextFactory.GetCurrentConnectionContext(ConnectionContextObjectId);
            if (context == null)
            {
                ThrowTerminatingError(Failure("You must call the Connect-ExchangeOnline cmdlet before calling any other cmdlets.", "NotConnected", ErrorCategory.ConnectionError));
            }
            string json = JsonWriter.WriteCommand(CmdletName, ForService());
            string url = context.ConnectionUri + "/adminapi/beta/" + context.TenantId + "/InvokeCommand";
            while (url != null && !Stopping) url = RunPage(context, url, json);
        }

        /// <summary>Writes one page's objects before the next page is asked for; answers where that one is.</summary>
        private string RunPage(ConnectionContext context, string url, string json)
        {
            Answer answer;
            try
            {
                answer = AdminApi.Send(this, HttpMethod.Post, url, Headers(context), json);
            }
            catch (Exception error) when (!(error is PipelineStoppedException))
            {
                WriteError(Failure(error.Message, error.GetType().Name, ErrorCategory.ConnectionError));
                return null;
            }
            if (!answer.IsSuccess)
            {
                WriteRefusal(answer);
                return null;
            }
            PSObject page;
            try
            {
                page = JsonReader.Read(answer.Body) as PSObject;
            }
            catch (FormatException error)
            {
                WriteError(Failure(error.Message, "JsonReaderException", ErrorCategory.InvalidData));
                return null;
            }
            return WritePage(page);
        }

        private string WritePage(PSObject page)
        {
            foreach (object warning in Value(page, "@adminapi.warnings") as object[] ?? new object[0]) WriteWarning(Convert.ToString(warning));
            foreach (object item in Value(page, "value") as object[] ?? new object[0])
            {
                var shown = item as PSObject;
                if (shown != null)
                {
                    shown.TypeNames.Clear();
                    shown.TypeNames.Add("Deserialized." + OutputTypeName);
                    shown.TypeNames.Add("System.Management.Automation.PSCustomObject");
                }
                WriteObject(item, false);
            }
            return Value(page, "@odata.nextLink") as string;
        }

        private void WriteRefusal(Answer answer)
        {
            string text = AdminApi.ErrorText(answer.Body, true) ?? AdminApi.ErrorText(answer.Body, false);
            if (answer.Status == 429) text = "Response status code does not indicate success: 429 (Too Many Requests). Retry after " + (answer.RetryAfter ?? "some") + " seconds. " + text;
            if (text == null && answer.Status == 401) text = "UnAuthorized";
            if (text == null) text = "Response status code does not indicate success: " + answer.Status + " (" + answer.Reason + ").";
            string id = "[Server=" + "demo" + ",RequestId=" + Guid.NewGuid() + ",TimeStamp=" + DateTime.UtcNow.ToString("R") + "]";
            WriteError(Failure(text, id, ErrorCategory.InvalidOperation));
        }

        private Dictionary<string, string> Headers(ConnectionContext context)
        {
            string authorization = context.GetAuthHeader(string.Empty, string.Empty).AuthorizationHeader;
            Dictionary<string, string> headers = AdminApi.CommonHeaders(authorization, context.Anchor, context.ConnectionId);
            headers["X-CmdletName"] = CmdletName;
            headers["X-ResponseFormat"] = "json";
            headers["Prefer"] = "odata.maxpagesize=" + context.PageSize;
            headers["Accept"] = "application/json";
            headers["Accept-Charset"] = "UTF-8";
            return headers;
        }

        /// <summary>PowerShell's own parameters stay here.</summary>
        private IDictionary ForService()
        {
            var kept = new Hashtable();
            foreach (DictionaryEntry entry in Parameters)
            {
                if (!Ours.Contains((string)entry.Key)) kept[entry.Key] = entry.Value;
            }
            return kept;
        }

        internal static object Value(PSObject owner, string name)
        {
            PSPropertyInfo property = owner == null ? null : owner.Properties[name];
            return property == null ? null : property.Value;
        }

        private ErrorRecord Failure(string text, string id, ErrorCategory category)
        {
            return new ErrorRecord(new InvalidOperationException(text), id, category, CmdletName);
        }
    }
}
