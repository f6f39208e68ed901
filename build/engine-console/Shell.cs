using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace EngineConsole;

/// <summary>Runs commands as pwsh does: through Out-Default, errors merged in, one at a time, stopped by Ctrl+C.</summary>
sealed class Shell
{
    readonly Runspace runspace;
    readonly ConsoleHost host;
    readonly Terminal terminal;
    readonly LineEditor editor;
    PowerShell? running;
    bool atPrompt;

    public Shell(Runspace runspace, ConsoleHost host, Terminal terminal)
    {
        (this.runspace, this.host, this.terminal) = (runspace, host, terminal);
        editor = new LineEditor(terminal) { Idle = PumpEvents, Complete = CompleteLine };
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            if (running is not { } command) return;
            terminal.Discard = true;
            command.BeginStop(null, null);
        };
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))) PSStyle.Instance.OutputRendering = OutputRendering.PlainText;
    }

    public int Run(Arguments arguments, bool interactive)
    {
        LoadProfiles(arguments.NoProfile);
        var succeeded = true;
        if (arguments.File is not null) succeeded = RunFile(arguments.File, arguments.Rest);
        else if (arguments.Command is not null) succeeded = Execute(shell => shell.AddScript(WithStatus(arguments.Command), false), false) && Status.Succeeded;
        if (host.ExitCode is null && interactive) ReadCommands();
        return host.ExitCode is { } asked ? asked & 0xff : interactive || succeeded ? 0 : 1;
    }

    void LoadProfiles(bool none)
    {
        var folder = Path.Combine(Environment.GetFolderPath(OperatingSystem.IsWindows() ? Environment.SpecialFolder.MyDocuments : Environment.SpecialFolder.ApplicationData), OperatingSystem.IsWindows() ? "PowerShell" : "powershell");
        var perHost = Path.Combine(folder, "Microsoft.PowerShell_profile.ps1");
        runspace.SessionStateProxy.SetVariable("PROFILE", perHost);
        if (none) return;
        foreach (var path in new[] { Path.Combine(folder, "profile.ps1"), perHost })
            if (File.Exists(path)) Execute(shell => shell.AddScript($". '{path.Replace("'", "''")}'", false), false);
    }

    bool RunFile(string path, string[] rest)
    {
        if (!File.Exists(path)) { host.UI.WriteErrorLine($"The argument '{path}' is not recognized as the name of a script file. Check the spelling of the name, or if a path was included, verify that the path is correct and try again."); host.SetShouldExit(64); return false; }
        // Without this `exit N` in a script would only set $LASTEXITCODE; pwsh sets the same property.
        if (Internal.Get(runspace, "ExecutionContext") is { } context) Internal.Set(context, "ScriptCommandProcessorShouldRethrowExit", true);
        return Execute(shell =>
        {
            shell.AddCommand(Path.GetFullPath(path), false);
            for (var i = 0; i < rest.Length; i++)
            {
                var name = NameOf(rest[i]);
                if (name is null) shell.AddArgument(rest[i]);
                else if (name.IndexOf(':') is > 0 and var colon) shell.AddParameter(name[..colon], name[(colon + 1)..]);
                else if (i + 1 < rest.Length && NameOf(rest[i + 1]) is null) shell.AddParameter(name, rest[++i]);
                else shell.AddParameter(name);
            }
        }, false);
    }

    /// <summary>The parameter that an argument names; null where it is a value, as -5 is.</summary>
    static string? NameOf(string argument) => argument.Length > 1 && argument[0] == '-' && char.IsLetter(argument[1]) ? argument[1..] : null;

    /// <summary>Runs what is added and shows its output; false where pwsh would exit with 1.</summary>
    bool Execute(Action<PowerShell> add, bool addToHistory)
    {
        using var shell = PowerShell.Create();
        shell.Runspace = runspace;
        add(shell);
        shell.Commands.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        shell.AddCommand("Out-Default");
        running = shell;
        try
        {
            shell.Invoke(null, new PSInvocationSettings { AddToHistory = addToHistory });
            return true;
        }
        catch (PipelineStoppedException) { return false; }
        catch (RuntimeException problem) { terminal.Discard = false; Report(problem); return false; }
        finally { running = null; terminal.Discard = false; terminal.Flush(); }
    }

    /// <summary>The command with a last statement that notes its $?: after the pipeline it would tell of Out-Default.</summary>
    static string WithStatus(string command)
    {
        Status.Succeeded = true;
        var tree = Parser.ParseInput(command, out _, out var problems);
        return problems.Length == 0 && tree.EndBlock is { Unnamed: true } ? command + "\n[EngineConsole.Status]::Succeeded = $?" : command;
    }

    void Report(RuntimeException problem)
    {
        using var shell = PowerShell.Create();
        shell.Runspace = runspace;
        var record = new PSObject(problem.ErrorRecord);
        Internal.Set(record, "WriteStream", Enum.Parse(Internal.Type("System.Management.Automation.WriteStreamType"), "Error")); // an error for Out-Default, not a value
        shell.AddCommand("Out-Default").AddParameter("InputObject", record);
        try { shell.Invoke(); } catch (RuntimeException again) { host.UI.WriteErrorLine(again.Message); }
    }

    void ReadCommands()
    {
        while (host.ExitCode is null)
        {
            if (terminal.CurrentLine.Length > 0) host.UI.Write("\n");
            terminal.Flush(); // a prompt may write to the console itself
            var prompt = Evaluate("prompt") ?? "PS> ";
            if (host.ExitCode is not null) return;
            // Before the prompt shows: Ctrl+C right after it is a key already.
            if (!Console.IsInputRedirected) Console.TreatControlCAsInput = true;
            host.UI.Write(prompt);
            terminal.Flush();
            atPrompt = true;
            var line = HasReadLine() ? Evaluate("PSConsoleHostReadLine") ?? "" : ReadLine(false);
            atPrompt = false;
            if (host.ExitCode is not null) return;
            if (line is null || endOfInput) { host.SetShouldExit(0); return; }
            if (line.Trim().Length > 0) Execute(shell => shell.AddScript(line, false), true);
        }
    }

    bool HasReadLine()
    {
        try { return runspace.SessionStateProxy.InvokeCommand.GetCommand("PSConsoleHostReadLine", CommandTypes.Function) is not null; }
        catch (RuntimeException) { return false; }
    }

    /// <summary>The text that a function of the person's session answers.</summary>
    string? Evaluate(string function)
    {
        using var shell = PowerShell.Create();
        shell.Runspace = runspace;
        running = shell;
        try
        {
            var answer = string.Concat(shell.AddCommand(function).Invoke().Select(part => part?.ToString()));
            foreach (var record in shell.Streams.Error) Report(new RuntimeException(record.Exception.Message, record.Exception, record));
            return answer;
        }
        catch (PipelineStoppedException) { return ""; }
        catch (RuntimeException problem) { Report(problem); return function == "prompt" ? null : ""; }
        finally { running = null; terminal.Discard = false; }
    }

    bool endOfInput;

    /// <summary>One line from the person; a whole command, over several lines where it must be, while the prompt waits for one.</summary>
    public string? ReadLine(bool isSecret)
    {
        if (Console.IsInputRedirected) return Console.In.ReadLine();
        var isCommand = atPrompt && !isSecret;
        var line = editor.Read(isCommand, isSecret);
        if (!isCommand) return line;
        if (line is null) { endOfInput = true; return null; }
        while (IsIncomplete(line))
        {
            terminal.Write(">> ");
            var more = editor.Read(true, false);
            if (more is null) return "";
            line += "\n" + more;
        }
        editor.Remember(line);
        return line;
    }

    static bool IsIncomplete(string line)
    {
        Parser.ParseInput(line, out _, out var problems);
        return problems.Any(problem => problem.IncompleteInput);
    }

    /// <summary>Inside the person's PSConsoleHostReadLine the runspace is busy with it: nested there, its own pipeline elsewhere.</summary>
    PowerShell Nested()
    {
        if (Runspace.DefaultRunspace is not null) return PowerShell.Create(RunspaceMode.CurrentRunspace);
        var shell = PowerShell.Create();
        shell.Runspace = runspace;
        return shell;
    }

    /// <summary>Gives pending engine events their turn, as PSReadLine does while it waits for keys.</summary>
    void PumpEvents(bool isLineEmpty)
    {
        if (runspace.Events.Subscribers.Count == 0) return;
        // At a bare prompt the engine raises it itself; inside PSConsoleHostReadLine it takes the runspace for busy.
        if (isLineEmpty && Runspace.DefaultRunspace is not null && runspace.Events.GetEventSubscribers(PSEngineEvent.OnIdle).Any()) runspace.Events.GenerateEvent(PSEngineEvent.OnIdle, null, null, null);
        using var shell = Nested();
        try { shell.AddScript("0", true).Invoke(); }
        catch (RuntimeException) { } // an action's own failure is its job's, not the prompt's
    }

    (int, int, IReadOnlyList<string>) CompleteLine(string line, int cursor)
    {
        using var shell = Nested();
        try
        {
            var found = CommandCompletion.CompleteInput(line, cursor, null, shell);
            return (found.ReplacementIndex, found.ReplacementLength, found.CompletionMatches.Select(match => match.CompletionText).ToList());
        }
        catch (RuntimeException) { return (cursor, 0, []); }
    }
}

/// <summary>Whether the command given with -Command ended well.</summary>
public static class Status
{
    public static bool Succeeded { get; set; } = true;
}

/// <summary>The few internals of the pinned engine that pwsh's own console and cmdlets use.</summary>
static class Internal
{
    const BindingFlags Any = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;
    public static Type Type(string name) => typeof(PSObject).Assembly.GetType(name, true)!;
    public static object New(string name, params object?[] arguments) => Activator.CreateInstance(Type(name), Any, null, arguments, null)!;

    public static object? Get(object target, string name)
    {
        for (var type = target.GetType(); type is not null; type = type.BaseType)
        {
            if (type.GetProperty(name, Any | BindingFlags.DeclaredOnly) is { } property) return property.GetValue(target);
            if (type.GetField(name, Any | BindingFlags.DeclaredOnly) is { } field) return field.GetValue(target);
        }
        return null;
    }

    public static void Set(object target, string name, object? value)
    {
        for (var type = target.GetType(); type is not null; type = type.BaseType)
        {
            if (type.GetProperty(name, Any | BindingFlags.DeclaredOnly) is { CanWrite: true } property) { property.SetValue(target, value); return; }
            if (type.GetField(name, Any | BindingFlags.DeclaredOnly) is { } field) { field.SetValue(target, value); return; }
        }
        throw new MissingMemberException(target.GetType().FullName, name);
    }
}
