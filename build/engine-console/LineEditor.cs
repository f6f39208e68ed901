using System.Management.Automation;
using System.Text;
using System.Text.RegularExpressions;

namespace EngineConsole;

/// <summary>Edits one line with relative cursor movements only: a bare pty answers no question about the cursor.</summary>
sealed partial class LineEditor(Terminal terminal)
{
    const int IdleMilliseconds = 300; // as PSReadLine: how often pending engine events get their turn
    readonly List<string> history = [];
    readonly StringBuilder text = new();
    int cursor, drawnRow;
    string prompt = "", kill = "";

    /// <summary>Called while nobody types, with whether the line is empty.</summary>
    public Action<bool>? Idle;
    /// <summary>Completes: line and cursor in, the replaced range and its candidates out.</summary>
    public Func<string, int, (int Start, int Length, IReadOnlyList<string> Candidates)>? Complete;

    public void Remember(string line)
    {
        if (line.Trim().Length > 0 && (history.Count == 0 || history[^1] != line)) history.Add(line);
    }

    /// <summary>The line; null after Ctrl+D on an empty one. A secret is neither shown nor remembered.</summary>
    public string? Read(bool isCommand, bool isSecret)
    {
        prompt = terminal.CurrentLine;
        text.Clear();
        cursor = drawnRow = 0;
        terminal.Flush();
        Console.TreatControlCAsInput = true;
        try { return Loop(isCommand, isSecret); }
        finally { Console.TreatControlCAsInput = false; terminal.StartLine(); }
    }

    string? Loop(bool isCommand, bool isSecret)
    {
        var at = history.Count;
        var typed = "";
        (int Start, IReadOnlyList<string> Candidates, int Index, int Length)? completion = null;
        while (true)
        {
            if (terminal.ReadKey(IdleMilliseconds) is not { } key)
            {
                // A Ctrl+C from before the terminal was raw came as a signal: the command is being stopped, and waits for us.
                if (!isCommand && terminal.Discard) throw new PipelineStoppedException();
                RunIdle(isSecret);
                continue;
            }
            var isControl = key.Modifiers.HasFlag(ConsoleModifiers.Control);
            if (key.Key != ConsoleKey.Tab) completion = null;
            switch (key.Key)
            {
                case ConsoleKey.Enter:
                    MoveTo(text.Length, isSecret);
                    terminal.Draw("\r\n");
                    return text.ToString();
                case ConsoleKey.C when isControl:
                    MoveTo(text.Length, isSecret);
                    terminal.Draw("^C\r\n");
                    if (!isCommand) throw new PipelineStoppedException(); // a command asked: Ctrl+C ends it
                    text.Clear();
                    cursor = drawnRow = 0;
                    at = history.Count;
                    Draw(isSecret);
                    break;
                case ConsoleKey.D when isControl && text.Length == 0: terminal.Draw("\r\n"); return null;
                case ConsoleKey.Backspace: if (cursor > 0) { var from = Previous(cursor); Replace(from, cursor - from, "", isSecret); } break;
                case ConsoleKey.Delete or ConsoleKey.D when key.Key == ConsoleKey.Delete || isControl: if (cursor < text.Length) Replace(cursor, Next(cursor) - cursor, "", isSecret); break;
                case ConsoleKey.Home: MoveTo(0, isSecret); break;
                case ConsoleKey.End: MoveTo(text.Length, isSecret); break;
                case ConsoleKey.A when isControl: MoveTo(0, isSecret); break;
                case ConsoleKey.E when isControl: MoveTo(text.Length, isSecret); break;
                case ConsoleKey.U when isControl: kill = text.ToString(0, cursor); Replace(0, cursor, "", isSecret); break;
                case ConsoleKey.K when isControl: kill = text.ToString(cursor, text.Length - cursor); Replace(cursor, text.Length - cursor, "", isSecret); break;
                case ConsoleKey.Y when isControl: Replace(cursor, 0, kill, isSecret); break;
                case ConsoleKey.L when isControl: terminal.Draw("\x1b[2J\x1b[H"); drawnRow = 0; Draw(isSecret); break;
                case ConsoleKey.Escape: Replace(0, text.Length, "", isSecret); break;
                case ConsoleKey.LeftArrow: MoveTo(isControl ? Word(-1) : Previous(cursor), isSecret); break;
                case ConsoleKey.RightArrow: MoveTo(isControl ? Word(1) : Next(cursor), isSecret); break;
                case ConsoleKey.UpArrow when isCommand && at > 0:
                    if (at == history.Count) typed = text.ToString();
                    Replace(0, text.Length, history[--at], isSecret);
                    break;
                case ConsoleKey.DownArrow when isCommand && at < history.Count:
                    at++;
                    Replace(0, text.Length, at == history.Count ? typed : history[at], isSecret);
                    break;
                case ConsoleKey.Tab when isCommand && Complete is not null:
                    if (completion is null)
                    {
                        var (start, length, candidates) = Complete(text.ToString(), cursor);
                        if (candidates.Count == 0) break;
                        completion = (start, candidates, -1, length);
                    }
                    var (from2, list, index, replaced) = completion.Value;
                    index = (index + (key.Modifiers.HasFlag(ConsoleModifiers.Shift) ? -1 : 1) + list.Count) % list.Count;
                    cursor = from2 + replaced;
                    Replace(from2, replaced, list[index], isSecret);
                    completion = (from2, list, index, list[index].Length);
                    break;
                default:
                    if (key.KeyChar >= ' ' && key.KeyChar != '\x7f') Replace(cursor, 0, key.KeyChar.ToString(), isSecret);
                    break;
            }
        }
    }

    void RunIdle(bool isSecret)
    {
        if (Idle is null) return;
        var before = terminal.Writes;
        Idle(text.Length == 0);
        if (terminal.Writes == before) return;
        if (terminal.CurrentLine.Length > 0) terminal.Write("\n");
        terminal.Flush();
        drawnRow = 0;
        Draw(isSecret);
    }

    void Replace(int start, int length, string with, bool isSecret)
    {
        var isAppend = length == 0 && start == text.Length;
        var endBefore = isAppend ? Columns(prompt) + Columns(text) : 0;
        text.Remove(start, length).Insert(start, with);
        cursor = start + with.Length;
        if (isSecret) return;
        // Half of a surrogate pair is drawn with its other half.
        if (isAppend && with.Length == 1 && char.IsHighSurrogate(with[0])) return;
        if (isAppend && !with.Any(char.IsSurrogate) && endBefore % terminal.Width + Columns(with) < terminal.Width) terminal.Draw(with);
        else Draw(false);
    }

    void MoveTo(int position, bool isSecret)
    {
        if (position == cursor) return;
        cursor = position;
        if (!isSecret) Draw(false);
    }

    void Draw(bool isSecret)
    {
        var width = terminal.Width;
        var shown = isSecret ? "" : text.ToString();
        var before = Columns(prompt) + (isSecret ? 0 : Columns(shown.AsSpan(0, cursor)));
        var total = Columns(prompt) + Columns(shown);
        var drawing = new StringBuilder();
        if (drawnRow > 0) drawing.Append($"\x1b[{drawnRow}A");
        drawing.Append('\r').Append(prompt).Append(shown);
        if (total > 0 && total % width == 0) drawing.Append(" \r"); // past the last column the cursor waits: bring it to the next row
        drawing.Append("\x1b[J");
        var up = total / width - before / width;
        if (up > 0) drawing.Append($"\x1b[{up}A");
        drawing.Append('\r');
        if (before % width > 0) drawing.Append($"\x1b[{before % width}C");
        drawnRow = before / width;
        terminal.Draw(drawing.ToString());
    }

    int Previous(int position) => position < 1 ? 0 : position > 1 && char.IsLowSurrogate(text[position - 1]) ? position - 2 : position - 1;
    int Next(int position) => position >= text.Length ? text.Length : char.IsHighSurrogate(text[position]) && position + 1 < text.Length ? position + 2 : position + 1;
    int Word(int direction)
    {
        var position = cursor;
        bool Inside(int index) => index >= 0 && index < text.Length;
        while (Inside(direction < 0 ? position - 1 : position) && !char.IsLetterOrDigit(text[direction < 0 ? position - 1 : position])) position += direction;
        while (Inside(direction < 0 ? position - 1 : position) && char.IsLetterOrDigit(text[direction < 0 ? position - 1 : position])) position += direction;
        return position;
    }

    [GeneratedRegex("\x1b(\\[[0-9;?]*[ -/]*[@-~]|\\][^\x07\x1b]*(\x07|\x1b\\\\))")]
    private static partial Regex Escapes();

    static int Columns(StringBuilder value) => Columns(value.ToString().AsSpan());
    static int Columns(string value) => Columns((value.Contains('\x1b') ? Escapes().Replace(value, "") : value).AsSpan());
    static int Columns(ReadOnlySpan<char> value)
    {
        var columns = 0;
        foreach (var rune in value.EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (category is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.EnclosingMark or System.Globalization.UnicodeCategory.Format) continue;
            columns += rune.Value is >= 0x1100 and <= 0x115F or >= 0x2E80 and <= 0xA4CF or >= 0xAC00 and <= 0xD7A3 or >= 0xF900 and <= 0xFAFF
                or >= 0xFE30 and <= 0xFE6F or >= 0xFF00 and <= 0xFF60 or >= 0xFFE0 and <= 0xFFE6 or >= 0x1F300 and <= 0x1F64F or >= 0x1F900 and <= 0x1F9FF or >= 0x20000 and <= 0x3FFFD ? 2 : 1;
        }
        return columns;
    }
}
