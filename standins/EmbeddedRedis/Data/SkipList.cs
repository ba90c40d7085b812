namespace Ccr.Standins.EmbeddedRedis.Data;

/// <summary>
/// Members of a sorted set in order of (score, member): a skip list whose links know how many nodes they pass, so that ranks are
/// found in logarithmic time (W. Pugh, "A Skip List Cookbook", 1990, section 3.4: linear list operations).
/// </summary>
internal sealed class SkipList
{
    private const int MaxLevel = 32;
    private readonly Node _head = new([], 0, MaxLevel);
    private readonly Random _random = new();
    private int _level = 1;

    public int Count { get; private set; }

    public Node? First => _head.Links[0].Next;

    public Node? Last { get; private set; }

    /// <summary>Adds a member that is not in the list.</summary>
    public void Add(byte[] member, double score)
    {
        Span<int> rank = stackalloc int[MaxLevel];
        var before = new Node[MaxLevel];
        var node = _head;
        for (var i = _level - 1; i >= 0; i--)
        {
            rank[i] = i == _level - 1 ? 0 : rank[i + 1];
            while (node.Links[i].Next is { } next && Compare(next, score, member) < 0)
            {
                rank[i] += node.Links[i].Span;
                node = next;
            }

            before[i] = node;
        }

        var level = RandomLevel();
        for (; _level < level; _level++)
        {
            rank[_level] = 0;
            before[_level] = _head;
            _head.Links[_level].Span = Count;
        }

        var added = new Node(member, score, level);
        for (var i = 0; i < level; i++)
        {
            ref var link = ref before[i].Links[i];
            added.Links[i].Next = link.Next;
            added.Links[i].Span = link.Span - (rank[0] - rank[i]);
            link.Next = added;
            link.Span = rank[0] - rank[i] + 1;
        }

        for (var i = level; i < _level; i++)
        {
            before[i].Links[i].Span++;
        }

        added.Previous = before[0] == _head ? null : before[0];
        if (added.Links[0].Next is { } after)
        {
            after.Previous = added;
        }
        else
        {
            Last = added;
        }

        Count++;
    }

    /// <summary>Removes a member known to have this score; false when it is not there.</summary>
    public bool Remove(byte[] member, double score)
    {
        var before = new Node[MaxLevel];
        var node = _head;
        for (var i = _level - 1; i >= 0; i--)
        {
            while (node.Links[i].Next is { } next && Compare(next, score, member) < 0)
            {
                node = next;
            }

            before[i] = node;
        }

        if (node.Links[0].Next is not { } found || Compare(found, score, member) != 0)
        {
            return false;
        }

        for (var i = 0; i < _level; i++)
        {
            ref var link = ref before[i].Links[i];
            if (link.Next == found)
            {
                link.Span += found.Links[i].Span - 1;
                link.Next = found.Links[i].Next;
            }
            else
            {
                link.Span--;
            }
        }

        if (found.Links[0].Next is { } after)
        {
            after.Previous = found.Previous;
        }
        else
        {
            Last = found.Previous;
        }

        while (_level > 1 && _head.Links[_level - 1].Next is null)
        {
            _level--;
        }

        Count--;
        return true;
    }

    /// <summary>The zero-based rank of a member known to have this score; -1 when it is not there.</summary>
    public int Rank(byte[] member, double score)
    {
        var rank = CountWhile(node => Compare(node, score, member) < 0, out var found);
        return found is not null && Compare(found, score, member) == 0 ? rank : -1;
    }

    /// <summary>The node at a zero-based rank; null when the list is shorter.</summary>
    public Node? At(int rank)
    {
        var node = _head;
        var passed = -1;
        for (var i = _level - 1; i >= 0; i--)
        {
            while (node.Links[i].Next is { } next && passed + node.Links[i].Span <= rank)
            {
                passed += node.Links[i].Span;
                node = next;
            }
        }

        return node != _head && passed == rank ? node : null;
    }

    /// <summary>How many nodes at the start satisfy a condition that holds for a prefix of the list, and the first that does not.</summary>
    public int CountWhile(Func<Node, bool> isBefore, out Node? first)
    {
        var node = _head;
        var passed = 0;
        for (var i = _level - 1; i >= 0; i--)
        {
            while (node.Links[i].Next is { } next && isBefore(next))
            {
                passed += node.Links[i].Span;
                node = next;
            }
        }

        first = node.Links[0].Next;
        return passed;
    }

    private static int Compare(Node node, double score, byte[] member)
    {
        var byScore = node.Score.CompareTo(score);
        return byScore != 0 ? byScore : node.Member.AsSpan().SequenceCompareTo(member);
    }

    private int RandomLevel()
    {
        var level = 1;
        while (level < MaxLevel && _random.Next(4) == 0)
        {
            level++;
        }

        return level;
    }

    /// <summary>A member with its score. The links are public to the list only in spirit: walk with <see cref="Next"/> and <see cref="Previous"/>.</summary>
    internal sealed class Node(byte[] member, double score, int level)
    {
        public byte[] Member { get; } = member;

        public double Score { get; } = score;

        public Link[] Links { get; } = new Link[level];

        public Node? Next => Links[0].Next;

        public Node? Previous { get; set; }
    }

    /// <summary>A forward link and the number of list positions it advances.</summary>
    internal struct Link
    {
        public Node? Next;
        public int Span;
    }
}
