using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Internal;
using System.Security;
using System.Text;

namespace EngineConsole;

/// <summary>Output and input of the console; it never asks a terminal where its cursor is.</summary>
internal sealed class ConsoleInterface : PSHostUserInterface
{
    private readonly Stream output = Console.OpenStandardOutput();
    private readonly Stream errors = Console.OpenStandardError();
    private readonly StringBuilder pending = new();
    private readonly Lock gate = new();
    private readonly bool interactive;
    private const int FlushAbove = 16 * 1024;
    private readonly Timer flusher;

    public ConsoleInterface(Shell shell)
    {
        interactive = !shell.NonInteractive && !Console.IsInputRedirected;
        Editor = new LineEditor(shell, this);
        // What a long command printed shows even when nothing follows it.
        flusher = new Timer(_ => Flush(), null, 20, 20);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Flush();
    }

    public LineEditor Editor { get; }
    public override PSHostRawUserInterface RawUI { get; } = new RawInterface();
    public override bool SupportsVirtualTerminal => true;
    /// <summary>Columns written since the last line began, escape sequences not counted.</summary>
    public int Column { get; private set; }

    public override void Write(string value)
    {
        lock (gate)
        {
            pending.Append(Plain(value));
            Column = ColumnAfter(Column, value);
            if (pending.Length > FlushAbove) Flush();
        }
    }

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        Write(Colours ? $"{PSStyle.MapForegroundColorToEscapeSequence(foregroundColor)}{value}\e[0m" : value);
    public override void WriteLine(string value) => Write(value + "\n");
    public override void WriteLine() => Write("\n");

    public override void WriteErrorLine(string value)
    {
        Flush();
        lock (gate)
        {
            errors.Write(Encoding.UTF8.GetBytes(Plain(value) + "\n"));
            errors.Flush();
            Column = 0;
        }
    }

    public override void WriteDebugLine(string message) => WriteLine(Coloured("33", $"DEBUG: {message}"));
    public override void WriteVerboseLine(string message) => WriteLine(Coloured("33", $"VERBOSE: {message}"));
    public override void WriteWarningLine(string message) => WriteLine(Coloured("33", $"WARNING: {message}"));
    public override void WriteProgress(long sourceId, ProgressRecord record) { }

    /// <summary>Sends what is waiting to the terminal.</summary>
    public void Flush()
    {
        lock (gate)
        {
            if (pending.Length == 0) return;
            var bytes = Encoding.UTF8.GetBytes(pending.ToString());
            pending.Clear();
            try
            {
                output.Write(bytes);
                output.Flush();
            }
            catch (IOException)
            {
                Environment.Exit(129); // the terminal is gone
            }
        }
    }

    /// <summary>Drops what is waiting: after Ctrl+C nobody wants it.</summary>
    public void Discard()
    {
        lock (gate) pending.Clear();
    }

    public override string ReadLine() => interactive ? Editor.Read() ?? "" : Console.In.ReadLine() ?? "";

    public override SecureString ReadLineAsSecureString()
    {
        var secret = new SecureString();
        foreach (var character in interactive ? Editor.ReadHidden() : Console.In.ReadLine() ?? "") secret.AppendChar(character);
        return secret;
    }

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions)
    {
        if (!string.IsNullOrEmpty(caption)) WriteLine(caption);
        if (!string.IsNullOrEmpty(message)) WriteLine(message);
        var answers = new Dictionary<string, PSObject>();
        foreach (var field in descriptions)
        {
            Write($"{field.Name}: ");
            Flush();
            object answer = field.ParameterTypeName == nameof(SecureString) ? ReadLineAsSecureString() : ReadLine();
            answers[field.Name] = PSObject.AsPSObject(answer);
        }
        return answers;
    }

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        WriteLine("");
        if (!string.IsNullOrEmpty(caption)) WriteLine(caption);
        if (!string.IsNullOrEmpty(message)) WriteLine(message);
        var keys = choices.Select(c => c.Label.IndexOf('&') is var i and >= 0 ? c.Label.Substring(i + 1, 1) : c.Label).ToList();
        while (true)
        {
            Write(string.Join("  ", choices.Select((c, i) => $"[{keys[i]}] {c.Label.Replace("&", "")}")));
            Write(defaultChoice >= 0 ? $" (default is \"{keys[defaultChoice]}\"): " : ": ");
            Flush();
            var answer = ReadLine().Trim();
            if (answer.Length == 0 && defaultChoice >= 0) return defaultChoice;
            var chosen = choices.Select((c, i) => (Label: c.Label.Replace("&", ""), Index: i))
                .Where(c => Same(keys[c.Index], answer) || Same(c.Label, answer)).Select(c => c.Index + 1).FirstOrDefault();
            if (chosen > 0) return chosen - 1;
            if (!interactive) throw new PSInvalidOperationException("The console is not interactive: nobody can answer.");
        }
    }

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName)
    {
        WriteLine(message);
        if (string.IsNullOrEmpty(userName))
        {
            Write("User: ");
            Flush();
            userName = ReadLine();
        }
        Write($"Password for user {userName}: ");
        Flush();
        return new PSCredential(userName, ReadLineAsSecureString());
    }

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName, PSCredentialTypes types, PSCredentialUIOptions options) =>
        PromptForCredential(caption, message, userName, targetName);

    private static bool Colours => PSStyle.Instance.OutputRendering != OutputRendering.PlainText && !Console.IsOutputRedirected;
    private static string Coloured(string code, string text) => Colours ? $"\e[{code};1m{text}\e[0m" : text;
    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    private static string Plain(string value) =>
        (PSStyle.Instance.OutputRendering == OutputRendering.PlainText || Console.IsOutputRedirected) && value.Contains('\e') ? new StringDecorated(value).ToString(OutputRendering.PlainText) : value;

    private static int ColumnAfter(int column, string value)
    {
        var lineStart = Math.Max(value.LastIndexOf('\n'), value.LastIndexOf('\r'));
        var tail = lineStart < 0 ? value : value[(lineStart + 1)..];
        return (lineStart < 0 ? column : 0) + LineEditor.Width(new StringDecorated(tail).ToString(OutputRendering.PlainText));
    }
}
