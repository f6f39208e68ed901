using System.Management.Automation.Host;

namespace EngineConsole;

/// <summary>The raw side of the console: what can be known without asking the terminal.</summary>
internal sealed class RawInterface : PSHostRawUserInterface
{
    private const int PlainWidth = 120;
    private string title = "";

    public override ConsoleColor ForegroundColor { get; set; } = ConsoleColor.Gray;
    public override ConsoleColor BackgroundColor { get; set; } = ConsoleColor.Black;
    public override int CursorSize { get; set; } = 25;
    public override Coordinates CursorPosition { get; set; }
    public override Coordinates WindowPosition { get; set; }
    public override Size BufferSize { get => WindowSize; set { } }
    public override Size WindowSize { get => new(Columns, Rows); set { } }
    public override Size MaxWindowSize => WindowSize;
    public override Size MaxPhysicalWindowSize => WindowSize;
    public override bool KeyAvailable => !Console.IsInputRedirected && Console.KeyAvailable;

    public override string WindowTitle
    {
        get => title;
        set
        {
            title = value;
            if (!Console.IsOutputRedirected) Console.Write($"\e]0;{value.Replace("\e", "").Replace("\a", "")}\a");
        }
    }

    public static int Columns => Console.IsOutputRedirected ? PlainWidth : Math.Max(Console.WindowWidth, 2);
    private static int Rows => Console.IsOutputRedirected ? 50 : Math.Max(Console.WindowHeight, 1);

    public override void FlushInputBuffer() { }
    public override KeyInfo ReadKey(ReadKeyOptions options)
    {
        var key = Console.ReadKey(true);
        return new KeyInfo((int)key.Key, key.KeyChar, 0, true);
    }
    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => new BufferCell[0, 0];
    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) { }
    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) { }
    public override void SetBufferContents(Rectangle rectangle, BufferCell fill) => Console.Write("\e[2J\e[H");
}
