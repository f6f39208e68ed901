using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace EngineConsole;

/// <summary>The engine's host. Its name is pwsh's, because modules ask for it before they use the console.</summary>
sealed class ConsoleHost(Terminal terminal, bool nonInteractive) : PSHost
{
    readonly HostInterface ui = new(terminal, nonInteractive);
    public Shell? Shell { set => ui.Shell = value; }
    public int? ExitCode { get; private set; }
    public override string Name => "ConsoleHost";
    public override Version Version { get; } = typeof(PSObject).Assembly.GetName().Version!;
    public override Guid InstanceId { get; } = Guid.NewGuid();
    public override PSHostUserInterface UI => ui;
    public override CultureInfo CurrentCulture => CultureInfo.CurrentCulture;
    public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;
    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;
    public override void EnterNestedPrompt() => throw new PSNotImplementedException("Nested prompts are not part of the engine console.");
    public override void ExitNestedPrompt() { }
    public override void NotifyBeginApplication() => terminal.Flush();
    public override void NotifyEndApplication() { }
}

sealed class HostInterface(Terminal terminal, bool nonInteractive) : PSHostUserInterface
{
    readonly RawInterface raw = new(terminal);
    public Shell? Shell;
    public override PSHostRawUserInterface RawUI => raw;
    public override bool SupportsVirtualTerminal { get; } = terminal.Colours && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    string Plain(string value) => SupportsVirtualTerminal || !value.Contains('\x1b') ? value : new System.Management.Automation.Internal.StringDecorated(value).ToString(OutputRendering.PlainText);
    public override void Write(string value) => terminal.Write(Plain(value));
    public override void WriteLine(string value) => terminal.Write(Plain(value) + "\n");
    public override void Write(ConsoleColor foreground, ConsoleColor background, string value)
    {
        if (!SupportsVirtualTerminal) { Write(value); return; }
        var codes = ((int)foreground is >= 0 and <= 15 ? PSStyle.MapForegroundColorToEscapeSequence(foreground) : "")
            + ((int)background is >= 0 and <= 15 ? PSStyle.MapBackgroundColorToEscapeSequence(background) : "");
        terminal.Write(codes.Length == 0 ? value : codes + value + "\x1b[0m");
    }

    void Styled(string style, string text) => terminal.Write((SupportsVirtualTerminal ? style + text + "\x1b[0m" : Plain(text)) + "\n");
    public override void WriteErrorLine(string value) =>
        terminal.WriteError((SupportsVirtualTerminal && !Console.IsErrorRedirected ? PSStyle.Instance.Formatting.Error + value + "\x1b[0m" : Plain(value)) + "\n");
    public override void WriteWarningLine(string message) => Styled(PSStyle.Instance.Formatting.Warning, "WARNING: " + message);
    public override void WriteVerboseLine(string message) => Styled(PSStyle.Instance.Formatting.Verbose, "VERBOSE: " + message);
    public override void WriteDebugLine(string message) => Styled(PSStyle.Instance.Formatting.Debug, "DEBUG: " + message);
    public override void WriteProgress(long sourceId, ProgressRecord record) { } // not drawn: it would need the cursor's position

    void DemandPerson()
    {
        if (nonInteractive) throw new PSInvalidOperationException("PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.");
    }

    /// <summary>One line from the editor; while the prompt waits for a command it comes with history, completion and continuation.</summary>
    public override string ReadLine() { DemandPerson(); return Shell!.ReadLine(false) ?? ""; }

    public override SecureString ReadLineAsSecureString()
    {
        DemandPerson();
        var secret = new SecureString();
        foreach (var character in Shell!.ReadLine(true) ?? "") secret.AppendChar(character);
        return secret;
    }

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions)
    {
        DemandPerson();
        if (caption.Length > 0) WriteLine(caption);
        if (message.Length > 0) WriteLine(message);
        var answers = new Dictionary<string, PSObject>();
        foreach (var field in descriptions)
        {
            Write(field.Name + ": ");
            object answer = field.ParameterTypeFullName == typeof(SecureString).FullName ? ReadLineAsSecureString() : ReadLine();
            answers[field.Name] = PSObject.AsPSObject(answer);
        }
        return answers;
    }

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        DemandPerson();
        if (!string.IsNullOrEmpty(caption)) WriteLine("\n" + caption);
        if (!string.IsNullOrEmpty(message)) WriteLine(message);
        var keys = choices.Select(choice => choice.Label.IndexOf('&') is >= 0 and var at && at + 1 < choice.Label.Length ? choice.Label.Substring(at + 1, 1) : choice.Label).ToArray();
        while (true)
        {
            Write(string.Join("  ", choices.Select((choice, i) => $"[{keys[i]}] {choice.Label.Replace("&", "")}")) + (defaultChoice >= 0 ? $"  (default is \"{keys[defaultChoice]}\"): " : ": "));
            var answer = ReadLine().Trim();
            if (answer.Length == 0 && defaultChoice >= 0) return defaultChoice;
            var chosen = Array.FindIndex(keys, key => key.Equals(answer, StringComparison.OrdinalIgnoreCase));
            if (chosen < 0) chosen = choices.ToList().FindIndex(choice => choice.Label.Replace("&", "").Equals(answer, StringComparison.OrdinalIgnoreCase));
            if (chosen >= 0) return chosen;
        }
    }

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName)
    {
        DemandPerson();
        if (string.IsNullOrEmpty(userName)) { Write("User: "); userName = ReadLine(); }
        Write($"Password for user {userName}: ");
        return new PSCredential(userName, ReadLineAsSecureString());
    }

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName, PSCredentialTypes allowed, PSCredentialUIOptions options) =>
        PromptForCredential(caption, message, userName, targetName);
}

/// <summary>The part of a console that needs no cursor position: sizes, the title, keys.</summary>
sealed class RawInterface(Terminal terminal) : PSHostRawUserInterface
{
    string title = "";
    public override ConsoleColor ForegroundColor { get; set; } = (ConsoleColor)(-1);
    public override ConsoleColor BackgroundColor { get; set; } = (ConsoleColor)(-1);
    public override Size BufferSize { get => new(terminal.Width, WindowSize.Height); set { } }
    public override Size WindowSize { get => new(terminal.Width, Console.IsOutputRedirected ? 40 : Math.Max(Console.WindowHeight, 2)); set { } }
    public override Size MaxPhysicalWindowSize => WindowSize;
    public override Size MaxWindowSize => WindowSize;
    public override Coordinates CursorPosition { get => new(0, 0); set { if (value is { X: 0, Y: 0 } && terminal.Colours) terminal.Draw("\x1b[H"); } }
    public override Coordinates WindowPosition { get => new(0, 0); set { } }
    public override int CursorSize { get; set; } = 25;
    public override bool KeyAvailable => !Console.IsInputRedirected && Console.KeyAvailable;
    public override string WindowTitle
    {
        get => title;
        set
        {
            title = value;
            if (terminal.Colours) { terminal.Draw($"\x1b]0;{string.Concat(value.Where(character => !char.IsControl(character)))}\x07"); }
        }
    }
    public override void FlushInputBuffer() { }
    public override KeyInfo ReadKey(ReadKeyOptions options)
    {
        var key = terminal.ReadKey(Timeout.Infinite)!.Value;
        return new KeyInfo((int)key.Key, key.KeyChar, 0, true);
    }
    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw new PSNotImplementedException();
    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) { }
    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) { }
    public override void SetBufferContents(Rectangle rectangle, BufferCell fill) { if (terminal.Colours) terminal.Draw("\x1b[2J\x1b[H"); }
}
