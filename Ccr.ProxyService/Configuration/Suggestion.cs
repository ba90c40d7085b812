namespace Ccr.ProxyService.Configuration;

/// <summary>"Did you mean": the nearest known word by edit distance.</summary>
internal static class Suggestion
{
    // Longer words are no misspelling of anything known, and the distance costs their product.
    private const int MaxLength = 64;

    /// <summary>The known word that <paramref name="word"/> most likely misspells, without regard to case; null when none is near.</summary>
    public static string? For(string word, IEnumerable<string> known)
    {
        if (word.Length > MaxLength)
        {
            return null;
        }

        string? best = null;
        var bestDistance = Math.Max(1, word.Length / 3) + 1;
        foreach (var candidate in known)
        {
            var distance = Distance(word.ToUpperInvariant(), candidate.ToUpperInvariant());
            if (distance < bestDistance)
            {
                (best, bestDistance) = (candidate, distance);
            }
        }

        return best;
    }

    /// <summary>The clause to put behind a message: "; did you mean "x"?", or nothing.</summary>
    public static string Clause(string word, IEnumerable<string> known) =>
        For(word, known) is { } best ? $"; did you mean \"{best}\"?" : "";

    // Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours cost 1 each.
    private static int Distance(string left, string right)
    {
        var cells = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
        {
            for (var j = 0; j <= right.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    cells[i, j] = i + j;
                    continue;
                }

                var cost = left[i - 1] == right[j - 1] ? 0 : 1;
                cells[i, j] = Math.Min(Math.Min(cells[i - 1, j] + 1, cells[i, j - 1] + 1), cells[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    cells[i, j] = Math.Min(cells[i, j], cells[i - 2, j - 2] + 1);
                }
            }
        }

        return cells[left.Length, right.Length];
    }
}
