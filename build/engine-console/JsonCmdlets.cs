using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text.Json;

namespace EngineConsole;

[Cmdlet(VerbsData.ConvertFrom, "Json")]
public sealed class ConvertFromJsonCommand : PSCmdlet
{
    private readonly List<string> lines = [];
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)] [AllowEmptyString] public string InputObject { get; set; } = "";
    [Parameter] public SwitchParameter AsHashtable { get; set; }
    [Parameter] public SwitchParameter NoEnumerate { get; set; }
    [Parameter] public int Depth { get; set; } = 1024;

    protected override void ProcessRecord() => lines.Add(InputObject);

    protected override void EndProcessing()
    {
        try
        {
            using var document = JsonDocument.Parse(string.Join("\n", lines), new JsonDocumentOptions { MaxDepth = Depth, AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            WriteObject(Convert(document.RootElement), enumerateCollection: !NoEnumerate);
        }
        catch (JsonException e)
        {
            ThrowTerminatingError(new ErrorRecord(new ArgumentException($"Conversion from JSON failed with error: {e.Message}"), "System.ArgumentException", ErrorCategory.NotSpecified, null));
        }
    }

    private object? Convert(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object when AsHashtable => Table(element),
        JsonValueKind.Object => Item(element),
        JsonValueKind.Array => element.EnumerateArray().Select(Convert).ToArray(),
        JsonValueKind.String => DateOrText(element.GetString()!),
        JsonValueKind.Number => element.TryGetInt64(out var whole) ? (object)whole : element.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static object DateOrText(string text) =>
        text.Length is >= 19 and < 40 && text[4] == '-' && text[10] == 'T' && DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var date) ? date : text;

    private PSObject Item(JsonElement element)
    {
        var item = new PSObject();
        foreach (var property in element.EnumerateObject()) item.Properties.Add(new PSNoteProperty(property.Name, Convert(property.Value)), preValidated: true);
        return item;
    }

    private Hashtable Table(JsonElement element)
    {
        var table = new Hashtable(StringComparer.OrdinalIgnoreCase);
        foreach (var property in element.EnumerateObject()) table[property.Name] = Convert(property.Value);
        return table;
    }
}

[Cmdlet(VerbsData.ConvertTo, "Json")]
public sealed class ConvertToJsonCommand : PSCmdlet
{
    private readonly List<object?> items = [];
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)] [AllowNull] public object? InputObject { get; set; }
    [Parameter] public int Depth { get; set; } = 2;
    [Parameter] public SwitchParameter Compress { get; set; }
    [Parameter] public SwitchParameter AsArray { get; set; }
    [Parameter] public SwitchParameter EnumsAsStrings { get; set; }

    protected override void ProcessRecord() => items.Add(InputObject);

    protected override void EndProcessing()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = !Compress, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(writer, items.Count == 1 && !AsArray ? items[0] : items, 0);
        }
        WriteObject(System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }

    private void Write(Utf8JsonWriter writer, object? given, int level)
    {
        var value = given is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : given;
        switch (value)
        {
            case null: writer.WriteNullValue(); break;
            case string text: writer.WriteStringValue(text); break;
            case bool truth: writer.WriteBooleanValue(truth); break;
            case SwitchParameter truth: writer.WriteBooleanValue(truth.IsPresent); break;
            case Enum name when EnumsAsStrings: writer.WriteStringValue(name.ToString()); break;
            case Enum name: writer.WriteNumberValue(System.Convert.ToInt64(name)); break;
            case DateTime date: writer.WriteStringValue(date); break;
            case byte or short or ushort or int or uint or long: writer.WriteNumberValue(System.Convert.ToInt64(value)); break;
            case ulong number: writer.WriteNumberValue(number); break;
            case double or float: writer.WriteRawValue(System.Convert.ToDouble(value).ToString("R", CultureInfo.InvariantCulture) is var d && d.Contains('.') || d.Contains('E') ? d : d + ".0"); break;
            case decimal number: writer.WriteNumberValue(number); break;
            case Guid or Uri or Version or char: writer.WriteStringValue(value.ToString()); break;
            case var deep when level > Depth: writer.WriteStringValue(LanguagePrimitives.ConvertTo<string>(deep)); break;
            case IDictionary table:
                writer.WriteStartObject();
                foreach (DictionaryEntry entry in table) Property(writer, entry.Key.ToString()!, entry.Value, level);
                writer.WriteEndObject();
                break;
            case IEnumerable list:
                writer.WriteStartArray();
                foreach (var item in list) Write(writer, item, level + 1);
                writer.WriteEndArray();
                break;
            default:
                writer.WriteStartObject();
                foreach (var property in PSObject.AsPSObject(value).Properties.Where(p => p.IsGettable)) Property(writer, property.Name, Calculated.SafeValue(property), level);
                writer.WriteEndObject();
                break;
        }
    }

    private void Property(Utf8JsonWriter writer, string name, object? value, int level)
    {
        writer.WritePropertyName(name);
        Write(writer, value, level + 1);
    }
}
