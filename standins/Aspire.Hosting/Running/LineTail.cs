namespace Aspire.Hosting.Running;

/// <summary>The last lines that a process wrote.</summary>
internal sealed class LineTail
{
    private const int Kept = 10;
    private readonly Queue<string> _lines = new();

    public void Add(string line)
    {
        lock (_lines)
        {
            if (_lines.Count == Kept)
            {
                _lines.Dequeue();
            }

            _lines.Enqueue(line);
        }
    }

    public IReadOnlyList<string> Lines()
    {
        lock (_lines)
        {
            return [.. _lines];
        }
    }
}
