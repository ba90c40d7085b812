namespace Ccr.ProxyService.Configuration.Json5;

/// <summary>The text is not JSON5. The message never repeats more than one character of the text, which may hold secrets.</summary>
internal sealed class Json5SyntaxException(string message, int line, int column, string path) : Exception(message)
{
    /// <summary>Line of the fault, from 1.</summary>
    public int Line { get; } = line;

    /// <summary>Column of the fault in UTF-16 units, from 1.</summary>
    public int Column { get; } = column;

    /// <summary>The setting being read, such as <c>Providers[0].models</c>; empty at the top.</summary>
    public string Path { get; } = path;
}
