namespace EngineConsole;

/// <summary>The part of pwsh's command line that the product and its tests use.</summary>
internal sealed class Arguments
{
    public bool NoExit { get; private set; }
    public bool NoProfile { get; private set; }
    public bool NonInteractive { get; private set; }
    public bool ShowVersion { get; private set; }
    public string? Command { get; private set; }
    public string? File { get; private set; }
    public string[] FileArguments { get; private set; } = [];
    public string? WorkingDirectory { get; private set; }
    public string? Problem { get; private set; }

    public static Arguments Parse(string[] args)
    {
        var parsed = new Arguments();
        for (var i = 0; i < args.Length; i++)
        {
            var rest = args[(i + 1)..];
            switch (args[i].TrimStart('-').ToLowerInvariant())
            {
                case "nologo": break;
                case "noprofile" or "nop": parsed.NoProfile = true; break;
                case "noexit" or "noe": parsed.NoExit = true; break;
                case "noninteractive" or "noni": parsed.NonInteractive = true; break;
                case "version" or "v": parsed.ShowVersion = true; break;
                case "executionpolicy" or "ep" or "ex": i++; break;
                case "workingdirectory" or "wd": parsed.WorkingDirectory = args.ElementAtOrDefault(++i); break;
                case "command" or "c":
                    parsed.Command = string.Join(' ', rest);
                    return parsed;
                case "file" or "f":
                    parsed.File = rest.FirstOrDefault();
                    parsed.FileArguments = rest.Skip(1).ToArray();
                    return parsed;
                default:
                    parsed.Problem = $"The argument '{args[i]}' is not one that the engine console knows.";
                    return parsed;
            }
        }
        return parsed;
    }
}
