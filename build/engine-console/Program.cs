using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace EngineConsole;

/// <summary>What the command line asks for; the names are pwsh's, any unambiguous beginning of them will do.</summary>
sealed class Arguments
{
    static readonly string[] Names =
        ["nologo", "noprofile", "noexit", "noninteractive", "command", "file", "version", "executionpolicy", "workingdirectory", "inputformat", "outputformat"];
    public bool NoProfile, NoExit, NonInteractive, Version;
    public string? Command, File, WorkingDirectory;
    public string[] Rest = [];

    public static Arguments Parse(string[] given)
    {
        var result = new Arguments();
        for (var i = 0; i < given.Length; i++)
        {
            var name = given[i].StartsWith('-') ? given[i].TrimStart('-').ToLowerInvariant() : null;
            var known = name switch
            {
                null => null, "c" => "command", "f" => "file", "v" => "version", "ep" or "ex" => "executionpolicy", "wd" => "workingdirectory",
                "nop" => "noprofile", "noe" => "noexit", "noni" => "noninteractive",
                _ => Names.FirstOrDefault(candidate => name.Length > 0 && candidate.StartsWith(name, StringComparison.Ordinal))
            };
            if (name is not null && known is null) throw new ArgumentException($"The argument '{given[i]}' is not recognized.");
            string Value() => ++i < given.Length ? given[i] : throw new ArgumentException($"The argument '{given[i - 1]}' needs a value.");
            switch (known)
            {
                case "nologo": break;
                case "noprofile": result.NoProfile = true; break;
                case "noexit": result.NoExit = true; break;
                case "noninteractive": result.NonInteractive = true; break;
                case "version": result.Version = true; break;
                case "executionpolicy" or "inputformat" or "outputformat": Value(); break;
                case "workingdirectory": result.WorkingDirectory = Value(); break;
                case "command":
                    result.Command = Value() + string.Concat(given[(i + 1)..].Select(more => " " + more));
                    if (result.Command == "-") result.Command = Console.In.ReadToEnd();
                    return result;
                default:
                    result.File = known is null ? given[i] : Value();
                    result.Rest = given[(i + 1)..];
                    return result;
            }
        }
        return result;
    }
}

static class Program
{
    static int Main(string[] given)
    {
        Arguments arguments;
        try { arguments = Arguments.Parse(given); }
        catch (ArgumentException problem) { Console.Error.WriteLine(problem.Message); return 64; }
        if (arguments.Version) { Console.WriteLine($"PowerShell {typeof(PSObject).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split(' ', '+')[0]}"); return 0; }
        if (arguments.WorkingDirectory is { } folder) Directory.SetCurrentDirectory(folder);
        if (arguments.Command is null && arguments.File is null && Console.IsInputRedirected) arguments.Command = Console.In.ReadToEnd();
        var terminal = new Terminal();
        var interactive = arguments.NoExit || (arguments.Command is null && arguments.File is null);
        // Reading once puts the terminal in raw mode, so that what is typed during the start is not echoed twice.
        if (interactive && !Console.IsInputRedirected) _ = Console.KeyAvailable;
        var host = new ConsoleHost(terminal, arguments.NonInteractive);
        var state = InitialSessionState.CreateDefault2();
        foreach (var (name, type) in Everyday.Cmdlets()) state.Commands.Add(new SessionStateCmdletEntry(name, type, null));
        using var runspace = RunspaceFactory.CreateRunspace(host, state);
        runspace.ThreadOptions = PSThreadOptions.ReuseThread;
        runspace.Open();
        var shell = new Shell(runspace, host, terminal);
        host.Shell = shell;
        var exitCode = shell.Run(arguments, interactive);
        terminal.Flush();
        return exitCode;
    }
}
