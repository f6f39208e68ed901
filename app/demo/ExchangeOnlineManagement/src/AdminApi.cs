using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace Tenantry.Demo.ExchangeOnline
{
    /// <summary>An answer of the service, read whole.</summary>
    internal sealed class Answer
    {
        internal int Status;
        internal string Reason;
        internal string Body;
        internal string RetryAfter;
        internal Uri Location;

        internal bool IsSuccess { get { return Status >= 200 && Status < 300; } }
    }

    /// <summary>Sends requests for a cmdlet. Never repeats one: a refused token stays refused until somebody renews it.</summary>
    internal static class AdminApi
    {
        internal const string ModuleVersion = "3.9.0";

        private const int PollMilliseconds = 50;
        private static readonly HttpClient Client = CreateClient();

        private static HttpClient CreateClient()
        {
            var handler = new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false };
            // A cmdlet of Exchange's ends after 15 minutes.
            return new HttpClient(handler) { Timeout = TimeSpan.FromMinutes(15) };
        }

        internal static bool IsWindowsPowerShell
        {
            get { return RuntimeInformation.FrameworkDescription.StartsWith(".NET Framework", StringComparison.Ordinal); }
        }

        /// <summary>Sends a request and waits, in short steps so that Ctrl+C gets through.</summary>
        internal static Answer Send(Cmdlet cmdlet, HttpMethod method, string url, IDictionary<string, string> headers, string json = null)
        {
            using (var request = new HttpRequestMessage(method, url))
            using (var cancel = new CancellationTokenSource())
            {
                if (json != null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
                foreach (var header in headers) AddHeader(request, header.Key, header.Value);
                Task<Answer> task = Read(request, cancel.Token);
                try
                {
                    while (!task.Wait(PollMilliseconds))
                    {
                        if (!cmdlet.Stopping) continue;
                        cancel.Cancel();
                        throw new PipelineStoppedException();
                    }
                    return task.Result;
                }
                catch (AggregateException error)
                {
                    throw Telling(error);
                }
            }
        }

        private static async Task<Answer> Read(HttpRequestMessage request, CancellationToken cancel)
        {
            using (HttpResponseMessage response = await Client.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancel).ConfigureAwait(false))
            {
                RetryConditionHeaderValue retry = response.Headers.RetryAfter;
                byte[] bytes = await response.Content.ReadAsByteArrayAsync().ConfigureAwait(false);
                return new Answer
                {
                    Status = (int)response.StatusCode,
                    Reason = response.ReasonPhrase,
                    Body = Encoding.UTF8.GetString(bytes),
                    RetryAfter = retry == null || !retry.Delta.HasValue ? null : ((int)retry.Delta.Value.TotalSeconds).ToString(),
                    Location = response.Headers.Location
                };
            }
        }

        private static void AddHeader(HttpRequestMessage request, string name, string value)
        {
            if (request.Headers.TryAddWithoutValidation(name, value)) return;
            // .NET Framework allows no content on a GET, and these headers belong to a content.
            if (request.Method == HttpMethod.Get && IsWindowsPowerShell) return;
            if (request.Content == null) request.Content = new ByteArrayContent(new byte[0]);
            request.Content.Headers.Remove(name);
            request.Content.Headers.TryAddWithoutValidation(name, value);
        }

        /// <summary>The exception whose message says something: .NET Framework's outer one does not.</summary>
        private static Exception Telling(AggregateException aggregate)
        {
            Exception error = aggregate.Flatten().InnerException;
            while (IsWindowsPowerShell && error.InnerException != null) error = error.InnerException;
            return error;
        }

        /// <summary>Headers that every request of this module carries, in Microsoft's names.</summary>
        internal static Dictionary<string, string> CommonHeaders(string authorization, string anchor, string connectionId)
        {
            return new Dictionary<string, string>
            {
                ["Authorization"] = authorization,
                ["X-AnchorMailbox"] = anchor,
                ["client-process-id"] = System.Diagnostics.Process.GetCurrentProcess().Id.ToString(),
                ["connection-id"] = connectionId,
                ["client-request-id"] = Guid.NewGuid().ToString(),
                ["exomodule-version"] = ModuleVersion,
                ["os-version"] = Environment.OSVersion.ToString()
            };
        }

        /// <summary>This PowerShell's version as text, e.g. "7.6.5".</summary>
        internal static string PowerShellVersion(PSCmdlet cmdlet)
        {
            var table = PSObject.AsPSObject(cmdlet.SessionState.PSVariable.GetValue("PSVersionTable")).BaseObject as System.Collections.IDictionary;
            return table == null ? string.Empty : Convert.ToString(table["PSVersion"]);
        }

        /// <summary>What an error's body says: its details where it has them, its message, or null.</summary>
        internal static string ErrorText(string body, bool details)
        {
            PSObject parsed;
            try { parsed = JsonReader.Read(body) as PSObject; }
            catch (FormatException) { return null; }
            var error = parsed == null || parsed.Properties["error"] == null ? null : parsed.Properties["error"].Value as PSObject;
            if (error == null) return null;
            var list = error.Properties["details"] == null ? null : error.Properties["details"].Value as object[];
            var first = details && list != null ? list.FirstOrDefault() as PSObject : null;
            PSPropertyInfo message = (first ?? error).Properties["message"];
            return message == null ? null : message.Value as string;
        }
    }
}
