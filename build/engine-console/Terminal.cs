using System.Text;

namespace EngineConsole;

/// <summary>Standard output and error, and the keys. Output is buffered and flushed within a few milliseconds; cursor positions are never asked for.</summary>
sealed class Terminal
{
    const int FlushAfterMilliseconds = 4; // below a frame, and long enough for a flood to fill the buffer
    readonly StreamWriter output = new(Console.OpenStandardOutput(), new UTF8Encoding(false), 32768) { AutoFlush = false, NewLine = "\n" };
    readonly StreamWriter error = new(Console.OpenStandardError(), new UTF8Encoding(false), 4096) { AutoFlush = true, NewLine = "\n" };
    readonly StringBuilder currentLine = new();
    readonly Timer flusher;
    readonly Lock gate = new();
    readonly SemaphoreSlim wanted = new(0), arrived = new(0);
    bool flushPending, keyPending;
    ConsoleKeyInfo key;
    Thread? reader;

    public Terminal() => flusher = new Timer(_ => Flush());

    /// <summary>Set from Ctrl+C until the command has ended: what it still writes is dropped.</summary>
    public volatile bool Discard;
    /// <summary>Counts writes, so that the line editor sees whether an event's action wrote over it.</summary>
    public int Writes { get; private set; }
    /// <summary>What was written since the last line end: the prompt, when a line is about to be read.</summary>
    public string CurrentLine { get { lock (gate) return currentLine.ToString(); } }
    public bool Colours { get; } = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
    public int Width { get { try { return Console.IsOutputRedirected ? 120 : Math.Max(Console.WindowWidth, 20); } catch (IOException) { return 120; } } }

    public void Write(string text)
    {
        lock (gate)
        {
            if (Discard) return;
            Writes++;
            output.Write(text);
            var lineEnd = text.LastIndexOf('\n');
            if (lineEnd >= 0) currentLine.Clear();
            currentLine.Append(text, lineEnd + 1, text.Length - lineEnd - 1);
            if (flushPending) return;
            flushPending = true;
            flusher.Change(FlushAfterMilliseconds, Timeout.Infinite);
        }
    }

    /// <summary>For the line editor: what is written does not belong to the prompt.</summary>
    public void Draw(string text) { lock (gate) { output.Write(text); output.Flush(); } }

    public void StartLine() { lock (gate) currentLine.Clear(); }

    public void WriteError(string text) { lock (gate) { if (Discard) return; Writes++; output.Flush(); error.Write(text); if (text.EndsWith('\n')) currentLine.Clear(); } }

    public void Flush() { lock (gate) { flushPending = false; try { output.Flush(); } catch (IOException) { } } }

    /// <summary>The next key, or null after the time. One thread reads, only when asked: a child must not lose its input to us.</summary>
    public ConsoleKeyInfo? ReadKey(int milliseconds)
    {
        if (reader is null) { reader = new Thread(ReadKeys) { IsBackground = true }; reader.Start(); }
        if (!keyPending) { keyPending = true; wanted.Release(); }
        if (!arrived.Wait(milliseconds)) return null;
        keyPending = false;
        return key;
    }

    void ReadKeys()
    {
        while (true)
        {
            wanted.Wait();
            try { key = Console.ReadKey(true); }
            catch (InvalidOperationException) { key = new ConsoleKeyInfo('\u0004', ConsoleKey.D, false, false, true); }
            arrived.Release();
        }
    }
}
