namespace Ccr.ProxyService.Configuration;

/// <summary>Collects the problems of one file while it is read.</summary>
internal sealed class ProblemList
{
    // A file of nonsense must not fill the console.
    private const int MaxProblems = 100;

    private readonly List<ConfigProblem> _problems = [];
    private int _left;

    /// <summary>True when one of them makes the file unusable.</summary>
    public bool HasErrors { get; private set; }

    /// <summary>Notes something that makes the file unusable.</summary>
    public void Error(string path, int line, string message) => Add(new ConfigProblem(path, line, message, IsError: true));

    /// <summary>Notes something that the file can be used with.</summary>
    public void Warning(string path, int line, string message) => Add(new ConfigProblem(path, line, message, IsError: false));

    /// <summary>All problems in the order of the file.</summary>
    public IReadOnlyList<ConfigProblem> ToSorted()
    {
        List<ConfigProblem> sorted = [.. _problems.OrderBy(p => p.Line)];
        if (_left > 0)
        {
            sorted.Add(new ConfigProblem("", 0, $"{_left} more problems are not shown", HasErrors && !sorted.Exists(p => p.IsError)));
        }

        return sorted;
    }

    private void Add(ConfigProblem problem)
    {
        HasErrors |= problem.IsError;
        if (_problems.Count >= MaxProblems)
        {
            _left++;
            return;
        }

        _problems.Add(problem with { Path = Shown.Plain(problem.Path, 120) });
    }
}
