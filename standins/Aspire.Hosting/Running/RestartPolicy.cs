namespace Aspire.Hosting.Running;

/// <summary>How long to wait before a crashed process is started again.</summary>
internal sealed class RestartPolicy
{
    /// <summary>A process that lived as long starts again with the shortest delay.</summary>
    public static readonly TimeSpan Forgiven = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private int _crashes;

    /// <summary>True once a delay was asked for.</summary>
    public bool Used { get; private set; }

    /// <summary>1, 2, 4, 8, 16, 30, 30, … seconds.</summary>
    public TimeSpan NextDelay(TimeSpan lived)
    {
        if (lived >= Forgiven)
        {
            _crashes = 0;
        }

        var delay = TimeSpan.FromSeconds(1 << Math.Min(_crashes, 5));
        _crashes++;
        Used = true;
        return delay < Longest ? delay : Longest;
    }
}
