namespace Ccr.ProxyService.Configuration;

/// <summary>The configuration cannot be used. The message is one line per problem, fit for a console.</summary>
internal sealed class ConfigurationException(string source, IReadOnlyList<ConfigProblem> problems)
    : Exception(string.Join('\n', problems.Select(p => p.Describe(source))))
{
    /// <summary>The file, or what stands for it.</summary>
    public string ConfigSource { get; } = source;

    /// <summary>All problems of the file, the warnings included.</summary>
    public IReadOnlyList<ConfigProblem> Problems { get; } = problems;
}
