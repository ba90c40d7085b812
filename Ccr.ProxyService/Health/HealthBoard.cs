using System.Collections.Concurrent;
using System.Globalization;

namespace Ccr.ProxyService.Health;

/// <summary>
/// What changed here and other replicas should know: the newest word on each subject, until somebody takes it. Writing never waits; without anybody to take it nothing is kept.
/// </summary>
internal sealed class HealthBoard
{
    private readonly ConcurrentDictionary<string, string> _news = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isRead;

    /// <summary>Completes with the next piece of news.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>Somebody takes the news from now on.</summary>
    public void Attach() => _isRead = true;

    /// <summary>Puts up a piece of news.</summary>
    /// <param name="subject">What it is about.</param>
    /// <param name="word">What is so.</param>
    /// <param name="until">How long, Unix milliseconds.</param>
    /// <param name="at">Since when, Unix milliseconds.</param>
    public void Put(string subject, string word, long until, long at)
    {
        if (_isRead)
        {
            _news[subject] = string.Create(CultureInfo.InvariantCulture, $"{word} {until} {at}");
            Volatile.Read(ref _changed).TrySetResult();
        }
    }

    /// <summary>Takes down all that is up.</summary>
    public List<KeyValuePair<string, string>> Take()
    {
        Volatile.Write(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        var taken = new List<KeyValuePair<string, string>>();
        foreach (var news in _news)
        {
            if (_news.TryRemove(news))
            {
                taken.Add(news);
            }
        }

        return taken;
    }

    /// <summary>Puts back what could not be passed on, unless there is something newer.</summary>
    public void PutBack(List<KeyValuePair<string, string>> news)
    {
        foreach (var (subject, value) in news)
        {
            _news.TryAdd(subject, value);
        }
    }

    /// <summary>Reads one piece of news; false when it is none.</summary>
    public static bool TryRead(string value, out string word, out long until, out long at)
    {
        (until, at) = (0, 0);
        var parts = value.Split(' ');
        word = parts[0];
        return parts.Length == 3
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out until)
            && long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out at);
    }
}
