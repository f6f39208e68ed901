using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace EngineConsole;

/// <summary>What property parameters take: names with wildcards, script blocks, or tables with Name and Expression.</summary>
internal sealed class Calculated
{
    public string Name { get; }
    private readonly ScriptBlock? script;
    private readonly WildcardPattern? pattern;

    public Calculated(object given)
    {
        var value = given is PSObject wrapped ? wrapped.BaseObject : given;
        if (value is IDictionary table)
        {
            object? Find(params string[] keys) => table.Keys.Cast<object>().Where(k => keys.Any(key => key.StartsWith(k.ToString()!, StringComparison.OrdinalIgnoreCase))).Select(k => table[k]).FirstOrDefault();
            var expression = Find("Expression");
            expression = expression is PSObject p ? p.BaseObject : expression;
            script = expression as ScriptBlock;
            Name = Find("Name", "Label")?.ToString() ?? expression?.ToString() ?? "";
            if (script is null) pattern = WildcardPattern.Get(expression?.ToString() ?? Name, WildcardOptions.IgnoreCase);
        }
        else if (value is ScriptBlock block) (script, Name) = (block, block.ToString());
        else
        {
            Name = value?.ToString() ?? "";
            pattern = WildcardPattern.Get(Name, WildcardOptions.IgnoreCase);
        }
    }

    public bool HasWildcard => WildcardPattern.ContainsWildcardCharacters(Name) && script is null;

    public IEnumerable<(string Name, object? Value)> Values(PSObject item)
    {
        if (script is not null)
        {
            var results = script.InvokeWithContext(null, [new PSVariable("_", item)]);
            yield return (Name, results.Count == 1 ? results[0] : results.Count == 0 ? null : results.ToArray());
            yield break;
        }
        var found = false;
        foreach (var property in HasWildcard || pattern is not null ? Matching(item) : [])
        {
            found = true;
            yield return (HasWildcard ? property.Name : property.Name, SafeValue(property));
        }
        if (!found && !HasWildcard) yield return (Name, null);
    }

    public object? Value(PSObject item) => Values(item).Select(v => v.Value).FirstOrDefault();

    private IEnumerable<PSPropertyInfo> Matching(PSObject item) =>
        HasWildcard ? item.Properties.Where(p => pattern!.IsMatch(p.Name)) : item.Properties[Name] is { } one ? [one] : [];

    public static object? SafeValue(PSPropertyInfo property)
    {
        try { return property.Value; }
        catch (GetValueException) { return null; }
    }
}

[Cmdlet(VerbsCommon.Select, "Object", DefaultParameterSetName = "Default")]
public sealed class SelectObjectCommand : PSCmdlet
{
    [Parameter(ValueFromPipeline = true)] public PSObject? InputObject { get; set; }
    [Parameter(Position = 0)] public object[] Property { get; set; } = [];
    [Parameter] public string[] ExcludeProperty { get; set; } = [];
    [Parameter] public string? ExpandProperty { get; set; }
    [Parameter] public SwitchParameter Unique { get; set; }
    [Parameter] public int First { get; set; } = -1;
    [Parameter] public int Last { get; set; } = -1;
    [Parameter] public int Skip { get; set; }
    [Parameter] public int[]? Index { get; set; }
    [Parameter] public SwitchParameter Wait { get; set; }

    private readonly Queue<PSObject> tail = new();
    private readonly List<PSObject> seen = [];
    private Calculated[] properties = [];
    private int count;
    private int written;

    protected override void BeginProcessing() => properties = Property.Select(p => new Calculated(p)).ToArray();

    protected override void ProcessRecord()
    {
        if (InputObject is null) return;
        var position = count++;
        if (Last >= 0)
        {
            tail.Enqueue(InputObject);
            if (tail.Count > Last + Skip) tail.Dequeue();
            return;
        }
        if (Index is not null && !Index.Contains(position)) return;
        if (position < Skip) return;
        if (First >= 0 && written >= First) return;
        Emit(InputObject);
        written++;
        if (First >= 0 && written >= First && !Wait) StopUpstream();
    }

    protected override void EndProcessing()
    {
        foreach (var item in tail.Take(Math.Max(tail.Count - Skip, 0))) Emit(item);
    }

    /// <summary>Ends the commands before this one, as -First promises.</summary>
    private void StopUpstream()
    {
        var type = typeof(PSObject).Assembly.GetType("System.Management.Automation.StopUpstreamCommandsException", true)!;
        throw (Exception)Activator.CreateInstance(type, System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Public, null, [this], null)!;
    }

    private void Emit(PSObject item)
    {
        if (ExpandProperty is not null)
        {
            if (item.Properties[ExpandProperty] is not { } expanded)
            {
                var message = $"Property \"{ExpandProperty}\" cannot be found.";
                WriteError(new ErrorRecord(new PSArgumentException(message), "ExpandPropertyNotFound", ErrorCategory.InvalidArgument, item));
                return;
            }
            WriteObject(Calculated.SafeValue(expanded), true);
            return;
        }
        var result = properties.Length == 0 && ExcludeProperty.Length == 0 ? item : Project(item);
        if (Unique && seen.Any(other => Same(other, result))) return;
        if (Unique) seen.Add(result);
        WriteObject(result);
    }

    private PSObject Project(PSObject item)
    {
        var result = new PSObject();
        result.TypeNames.Insert(0, "Selected." + item.BaseObject.GetType());
        var chosen = properties.Length > 0 ? properties : [new Calculated("*")];
        var excluded = ExcludeProperty.Select(e => WildcardPattern.Get(e, WildcardOptions.IgnoreCase)).ToArray();
        foreach (var (name, value) in chosen.SelectMany(p => p.Values(item)))
        {
            if (result.Properties[name] is null && !excluded.Any(e => e.IsMatch(name))) result.Properties.Add(new PSNoteProperty(name, value));
        }
        return result;
    }

    private static bool Same(PSObject a, PSObject b) =>
        a.BaseObject is PSCustomObject && b.BaseObject is PSCustomObject
            ? a.Properties.Count() == b.Properties.Count() && a.Properties.All(p => LanguagePrimitives.Equals(Calculated.SafeValue(p), b.Properties[p.Name] is { } q ? Calculated.SafeValue(q) : null, false))
            : LanguagePrimitives.Equals(a, b, false);
}

[Cmdlet(VerbsLifecycle.Start, "Sleep", DefaultParameterSetName = "Seconds")]
public sealed class StartSleepCommand : PSCmdlet
{
    private readonly ManualResetEventSlim stopped = new();
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Seconds", ValueFromPipeline = true)] public double Seconds { get; set; }
    [Parameter(Mandatory = true, ParameterSetName = "Milliseconds")] [Alias("ms")] public int Milliseconds { get; set; }
    protected override void ProcessRecord() => stopped.Wait(ParameterSetName == "Seconds" ? TimeSpan.FromSeconds(Seconds) : TimeSpan.FromMilliseconds(Milliseconds));
    protected override void StopProcessing() => stopped.Set();
}

[Cmdlet("Sort", "Object")]
public sealed class SortObjectCommand : PSCmdlet
{
    private readonly List<PSObject> items = [];
    [Parameter(ValueFromPipeline = true)] public PSObject? InputObject { get; set; }
    [Parameter(Position = 0)] public object[] Property { get; set; } = [];
    [Parameter] public SwitchParameter Descending { get; set; }
    [Parameter] public SwitchParameter Unique { get; set; }
    [Parameter] public SwitchParameter CaseSensitive { get; set; }

    protected override void ProcessRecord()
    {
        if (InputObject is not null) items.Add(InputObject);
    }

    protected override void EndProcessing()
    {
        var keys = Property.Select(p => new Calculated(p)).ToArray();
        var comparer = Comparer<object?>.Create(Compare);
        var rows = items.Select(i => (Item: i, Keys: keys.Length == 0 ? [i] : keys.Select(k => k.Value(i)).ToArray())).ToList();
        IOrderedEnumerable<(PSObject Item, object?[] Keys)> sorted = Descending ? rows.OrderByDescending(r => r.Keys[0], comparer) : rows.OrderBy(r => r.Keys[0], comparer);
        for (var k = 1; k < Math.Max(keys.Length, 1); k++)
        {
            var key = k;
            sorted = Descending ? sorted.ThenByDescending(r => r.Keys[key], comparer) : sorted.ThenBy(r => r.Keys[key], comparer);
        }
        object?[]? before = null;
        foreach (var (item, values) in sorted)
        {
            if (Unique && before is not null && before.Zip(values).All(pair => Compare(pair.First, pair.Second) == 0)) continue;
            before = values;
            WriteObject(item);
        }
    }

    private int Compare(object? a, object? b)
    {
        if (a is null || b is null) return a is null ? b is null ? 0 : -1 : 1;
        try { return LanguagePrimitives.Compare(a, b, !CaseSensitive, CultureInfo.CurrentCulture); }
        catch (ArgumentException) { return string.Compare(a.ToString(), b.ToString(), !CaseSensitive, CultureInfo.CurrentCulture); }
    }
}

[Cmdlet(VerbsLifecycle.Invoke, "Expression")]
public sealed class InvokeExpressionCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)] public string Command { get; set; } = "";
    protected override void ProcessRecord()
    {
        foreach (var result in InvokeCommand.InvokeScript(useLocalScope: false, ScriptBlock.Create(Command), null)) WriteObject(result, true);
    }
}

[Cmdlet(VerbsCommon.Get, "Member")]
public sealed class GetMemberCommand : PSCmdlet
{
    private readonly HashSet<string> seen = [];
    [Parameter(ValueFromPipeline = true)] public PSObject? InputObject { get; set; }
    [Parameter(Position = 0)] public string[] Name { get; set; } = ["*"];
    [Parameter] [Alias("Type")] public PSMemberTypes MemberType { get; set; } = PSMemberTypes.All;
    [Parameter] public SwitchParameter Force { get; set; }

    protected override void ProcessRecord()
    {
        if (InputObject is null || !seen.Add(InputObject.TypeNames[0])) return;
        var names = Name.Select(n => WildcardPattern.Get(n, WildcardOptions.IgnoreCase)).ToArray();
        var members = InputObject.Members.Where(m => MemberType.HasFlag(m.MemberType) && names.Any(n => n.IsMatch(m.Name)));
        if (!Force) members = members.Where(m => !(m.Name.StartsWith("get_") || m.Name.StartsWith("set_") || m.MemberType == PSMemberTypes.CodeMethod && m.TypeNameOfValue is null));
        foreach (var member in members.OrderBy(m => m.MemberType.ToString(), StringComparer.Ordinal).ThenBy(m => m.Name, StringComparer.OrdinalIgnoreCase))
        {
            var info = new PSObject();
            info.TypeNames.Insert(0, "Microsoft.PowerShell.Commands.MemberDefinition");
            foreach (var (key, value) in new (string, object)[] { ("TypeName", InputObject.TypeNames[0]), ("Name", member.Name), ("MemberType", member.MemberType), ("Definition", member.ToString()) })
                info.Properties.Add(new PSNoteProperty(key, value));
            WriteObject(info);
        }
    }
}
