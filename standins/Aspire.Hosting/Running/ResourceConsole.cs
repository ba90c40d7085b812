using System.Text.RegularExpressions;

namespace Aspire.Hosting.Running;

/// <summary>The one place that writes to the console: whole lines, each with the name of its resource, secrets hidden.</summary>
/// <param name="output">Lines of resources and the table.</param>
/// <param name="error">Why nothing runs.</param>
/// <param name="mask">The secrets.</param>
/// <param name="colours">Whether names have colours; without, the colours that programs write are taken out too.</param>
internal sealed partial class ResourceConsole(TextWriter output, TextWriter error, SecretMask mask, bool colours)
{
    /// <summary>The name in front of the AppHost's own lines.</summary>
    public const string Host = "apphost";

    private const string Reset = "\u001b[0m";
    private static readonly string[] Palette = ["\u001b[36m", "\u001b[35m", "\u001b[32m", "\u001b[34m", "\u001b[33m", "\u001b[96m", "\u001b[95m", "\u001b[92m"];

    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _colours = [];
    private int _width = Host.Length;

    /// <summary>True when programs may write colours too.</summary>
    public bool Colours => colours;

    /// <summary>The console of this process; colours only on a terminal, and not with NO_COLOR (https://no-color.org).</summary>
    public static ResourceConsole ForTerminal(SecretMask mask)
        => new(Console.Out, Console.Error, mask, UseColours(Console.IsOutputRedirected, Environment.GetEnvironmentVariable("NO_COLOR"), Environment.GetEnvironmentVariable("TERM")));

    public static bool UseColours(bool redirected, string? noColor, string? terminal)
        => !redirected && string.IsNullOrEmpty(noColor) && terminal != "dumb";

    /// <summary>Makes room for the names, so that the lines stand under each other.</summary>
    public void Reserve(IEnumerable<string> names) => _width = Math.Max(_width, names.Append(Host).Max(name => name.Length));

    /// <summary>A line of a resource.</summary>
    public void Line(string resource, string text)
    {
        var safe = mask.Hide(colours ? text : ColourCodes().Replace(text, ""));
        lock (_lock)
        {
            output.WriteLine($"{Prefix(resource)} | {safe}{(colours && text.Contains('\u001b', StringComparison.Ordinal) ? Reset : "")}");
            output.Flush();
        }
    }

    /// <summary>Lines without a name.</summary>
    public void Plain(IEnumerable<string> lines)
    {
        lock (_lock)
        {
            foreach (var line in lines)
            {
                output.WriteLine(mask.Hide(line));
            }

            output.Flush();
        }
    }

    /// <summary>Why nothing runs, on standard error.</summary>
    public void Error(string message)
    {
        lock (_lock)
        {
            output.Flush();
            error.WriteLine(mask.Hide(message));
            error.Flush();
        }
    }

    private string Prefix(string resource)
    {
        var padded = resource.PadRight(_width);
        if (!colours)
        {
            return padded;
        }

        if (!_colours.TryGetValue(resource, out var colour))
        {
            _colours[resource] = colour = Palette[_colours.Count % Palette.Length];
        }

        return colour + padded + Reset;
    }

    [GeneratedRegex(@"\u001b\[[0-9;?]*[ -/]*[@-~]")]
    private static partial Regex ColourCodes();
}
