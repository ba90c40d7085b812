namespace Ccr.ProxyService.Configuration;

/// <summary>Something wrong in a configuration file, said so that it can be mended without reading code.</summary>
/// <param name="Path">The setting, such as <c>Providers[0].api_base_url</c>; empty for the file as a whole.</param>
/// <param name="Line">The line in the file, from 1; 0 when unknown.</param>
/// <param name="Message">What is wrong and what to do about it. Never contains a secret.</param>
/// <param name="IsError">True when the file cannot be used; false for a warning (for instance: one provider disabled).</param>
internal sealed record ConfigProblem(string Path, int Line, string Message, bool IsError)
{
    /// <summary>The problem on one line, such as <c>config.json:12 Providers[0].api_base_url: must begin with https://…</c></summary>
    public string Describe(string source)
    {
        var place = Line > 0 ? $"{source}:{Line}" : source;
        return $"{place}{(Path.Length > 0 ? " " + Path : "")}: {(IsError ? "" : "warning: ")}{Message}";
    }
}
