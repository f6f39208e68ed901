using System.Management.Automation;
using System.Management.Automation.Host;
using System.Reflection;
using Microsoft.PowerShell.Commands.Internal.Format;

namespace EngineConsole;

/// <summary>
/// The engine formats; its Format cmdlets lie in another assembly and are a thin skin. The inner command that they wrap
/// is internal, hence the reflection, which the pinned version of the package makes safe.
/// </summary>
internal static class Inner
{
    private static readonly Assembly engine = typeof(PSObject).Assembly;
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    public static object Create(string name, params object[] arguments)
    {
        var type = engine.GetType($"Microsoft.PowerShell.Commands.Internal.Format.{name}", throwOnError: true)!;
        var converted = arguments.Select(a => a is string shape && type.Name == "InnerFormatShapeCommand" ? Enum.Parse(engine.GetType("Microsoft.PowerShell.Commands.Internal.Format.FormatShape", true)!, shape) : a).ToArray();
        return Activator.CreateInstance(type, Any, null, converted, null)!;
    }

    public static void Implement(FrontEndCommandBase command, object implementation) =>
        typeof(FrontEndCommandBase).GetField("implementation", Any)!.SetValue(command, implementation);

    public static object Implementation(FrontEndCommandBase command) =>
        typeof(FrontEndCommandBase).GetField("implementation", Any)!.GetValue(command)!;

    public static void Set(object target, string property, object value)
    {
        var found = target.GetType().GetProperty(property, Any);
        if (found is not null) found.SetValue(target, value);
        else target.GetType().GetField(property, Any)!.SetValue(target, value);
    }
}

[Cmdlet(VerbsCommon.Format, "Table")]
public sealed class FormatTableCommand : OuterFormatTableBase
{
    public FormatTableCommand() => Inner.Implement(this, Inner.Create("InnerFormatShapeCommand", "Table"));
}

[Cmdlet(VerbsCommon.Format, "List")]
public sealed class FormatListCommand : OuterFormatTableAndListBase
{
    public FormatListCommand() => Inner.Implement(this, Inner.Create("InnerFormatShapeCommand", "List"));
}

[Cmdlet(VerbsCommon.Format, "Wide")]
public sealed class FormatWideCommand : OuterFormatShapeCommandBase
{
    public FormatWideCommand() => Inner.Implement(this, Inner.Create("InnerFormatShapeCommand", "Wide"));
}

[Cmdlet(VerbsCommon.Format, "Custom")]
public sealed class FormatCustomCommand : OuterFormatShapeCommandBase
{
    private const int Depth = 5; // pwsh's own default
    public FormatCustomCommand() => Inner.Implement(this, Inner.Create("InnerFormatShapeCommand", "Complex"));

    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        var (parameters, shape) = (Inner.Create("FormattingCommandLineParameters"), Inner.Create("ComplexSpecificParameters"));
        Inner.Set(shape, "maxDepth", Depth);
        Inner.Set(parameters, "shapeParameters", shape);
        Inner.Set(Inner.Implementation(this), "_parameters", parameters);
    }
}

[Cmdlet(VerbsData.Out, "String")]
public sealed class OutStringCommand : FrontEndCommandBase
{
    private readonly StringWriter writer = new() { NewLine = Environment.NewLine };
    [Parameter] public int Width { get; set; } = 120;
    [Parameter] public SwitchParameter Stream { get; set; }
    [Parameter] public SwitchParameter NoNewline { get; set; }

    public OutStringCommand() => Inner.Implement(this, Inner.Create("OutputManagerInner"));

    protected override void BeginProcessing()
    {
        Inner.Set(Inner.Implementation(this), "LineOutput", Inner.Create("TextWriterLineOutput", writer, Width));
        base.BeginProcessing();
    }

    protected override void EndProcessing()
    {
        base.EndProcessing();
        var text = writer.ToString();
        if (Stream) WriteObject(text.Split(Environment.NewLine).SkipLast(1), enumerateCollection: true);
        else WriteObject(NoNewline ? text.ReplaceLineEndings("") : text);
    }
}

[Cmdlet(VerbsData.Out, "File")]
public sealed class OutFileCommand : FrontEndCommandBase
{
    private StreamWriter? writer;
    [Parameter(Mandatory = true, Position = 0)] [Alias("Path", "LiteralPath")] public string FilePath { get; set; } = "";
    [Parameter] public SwitchParameter Append { get; set; }
    [Parameter] public SwitchParameter Force { get; set; }
    [Parameter] public SwitchParameter NoNewline { get; set; }
    [Parameter] public string Encoding { get; set; } = "utf8";
    [Parameter] public int Width { get; set; } = 120;

    public OutFileCommand() => Inner.Implement(this, Inner.Create("OutputManagerInner"));

    protected override void BeginProcessing()
    {
        writer = new StreamWriter(GetUnresolvedProviderPathFromPSPath(FilePath), Append);
        Inner.Set(Inner.Implementation(this), "LineOutput", Inner.Create("TextWriterLineOutput", writer, Width));
        base.BeginProcessing();
    }

    protected override void EndProcessing()
    {
        base.EndProcessing();
        writer?.Dispose();
    }
}

[Cmdlet(VerbsCommunications.Write, "Host")]
public sealed class WriteHostCommand : PSCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromRemainingArguments = true)] [Alias("Msg", "Message")] public object? Object { get; set; }
    [Parameter] public SwitchParameter NoNewline { get; set; }
    [Parameter] public object Separator { get; set; } = " ";
    [Parameter] public ConsoleColor? ForegroundColor { get; set; }
    [Parameter] public ConsoleColor? BackgroundColor { get; set; }

    protected override void ProcessRecord()
    {
        var message = new HostInformationMessage { Message = Text(Object), NoNewLine = NoNewline, ForegroundColor = ForegroundColor, BackgroundColor = BackgroundColor };
        WriteInformation(message, ["PSHOST"]);
    }

    private string Text(object? value) => value is PSObject { BaseObject: not string and System.Collections.IEnumerable inner } ? Text(inner)
        : value is System.Collections.IEnumerable list and not string ? string.Join(Separator.ToString(), list.Cast<object>().Select(Text))
        : LanguagePrimitives.ConvertTo<string>(value) ?? "";
}

[Cmdlet(VerbsCommunications.Write, "Output")]
public sealed class WriteOutputCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromRemainingArguments = true)] [AllowNull] [AllowEmptyCollection] public PSObject[] InputObject { get; set; } = [];
    [Parameter] public SwitchParameter NoEnumerate { get; set; }
    protected override void ProcessRecord()
    {
        foreach (var item in InputObject ?? []) WriteObject(item, !NoEnumerate);
    }
}

[Cmdlet(VerbsCommunications.Write, "Error", DefaultParameterSetName = "Text")]
public sealed class WriteErrorCommand : PSCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = "Text")] [Alias("Msg")] [AllowEmptyString] public string Message { get; set; } = "";
    [Parameter(Mandatory = true, ParameterSetName = "Exception")] public Exception? Exception { get; set; }
    [Parameter(Mandatory = true, ParameterSetName = "Record")] public ErrorRecord? ErrorRecord { get; set; }
    [Parameter] public string ErrorId { get; set; } = "Microsoft.PowerShell.Commands.WriteErrorException";
    [Parameter] public ErrorCategory Category { get; set; } = ErrorCategory.NotSpecified;
    [Parameter] public object? TargetObject { get; set; }

    protected override void ProcessRecord()
    {
        var record = ErrorRecord is { } given ? new ErrorRecord(given, null)
            : new ErrorRecord(Exception ?? new WriteErrorException(Message), ErrorId, Category, TargetObject);
        WriteError(record);
    }
}

/// <summary>What Write-Error throws under -ErrorAction Stop, by the name that pwsh gives it.</summary>
public sealed class WriteErrorException(string message) : Exception(message);
