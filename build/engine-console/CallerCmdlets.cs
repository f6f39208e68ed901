using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace EngineConsole;

/* What is about its caller's scope: a function of a module would be about the module's own. */

/// <summary>Who called whom, the innermost first.</summary>
[Cmdlet(VerbsCommon.Get, "PSCallStack")]
[OutputType(typeof(CallStackFrame))]
public sealed class GetPSCallStackCommand : PSCmdlet
{
    protected override void EndProcessing()
    {
        foreach (var frame in Runspace.DefaultRunspace!.Debugger.GetCallStack()) WriteObject(frame);
    }
}

/// <summary>Sets an alias where its caller is, whatever scope is named.</summary>
[Cmdlet(VerbsCommon.Set, "Alias")]
public sealed class SetAliasCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0)] public string Name { get; set; } = "";
    [Parameter(Mandatory = true, Position = 1)] public string Value { get; set; } = "";
    [Parameter] public string? Scope { get; set; }
    [Parameter] public string? Option { get; set; }
    [Parameter] public SwitchParameter Force { get; set; }
    [Parameter] public SwitchParameter PassThru { get; set; }

    protected override void EndProcessing() => InvokeProvider.Item.Set("Alias:" + Name, Value);
}
