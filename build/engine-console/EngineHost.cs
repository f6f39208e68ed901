using System.Globalization;
using System.Management.Automation.Host;

namespace EngineConsole;

/// <summary>The host that the engine talks to.</summary>
internal sealed class EngineHost(Shell shell) : PSHost
{
    public ConsoleInterface Interface { get; } = new(shell);
    public override string Name => "ConsoleHost";
    public override Version Version => new(7, 6, 9);
    public override Guid InstanceId { get; } = Guid.NewGuid();
    public override CultureInfo CurrentCulture => CultureInfo.CurrentCulture;
    public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;
    public override PSHostUserInterface UI => Interface;
    public override void EnterNestedPrompt() => throw new NotSupportedException("The engine console has no nested prompts.");
    public override void ExitNestedPrompt() => throw new NotSupportedException("The engine console has no nested prompts.");
    public override void NotifyBeginApplication() => Interface.Flush();
    public override void NotifyEndApplication() { }
    public override void SetShouldExit(int exitCode) => shell.ExitCode = exitCode;
}
