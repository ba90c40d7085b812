namespace Ccr.Standins.EmbeddedRedis.Data;

/// <summary>A growing ring buffer: constant time at both ends and by index, linear in the middle.</summary>
internal sealed class Deque<T>
{
    private T[] _items = new T[4];
    private int _head;

    public int Count { get; private set; }

    public T this[int index]
    {
        get => _items[Slot(index)];
        set => _items[Slot(index)] = value;
    }

    public void AddLast(T item)
    {
        Grow();
        Count++;
        this[Count - 1] = item;
    }

    public void AddFirst(T item)
    {
        Grow();
        _head = _head == 0 ? _items.Length - 1 : _head - 1;
        Count++;
        this[0] = item;
    }

    public T RemoveFirst()
    {
        var item = this[0];
        this[0] = default!;
        _head = Slot(1);
        Count--;
        Shrink();
        return item;
    }

    public T RemoveLast()
    {
        var item = this[Count - 1];
        this[Count - 1] = default!;
        Count--;
        Shrink();
        return item;
    }

    public void Insert(int index, T item)
    {
        if (index < Count / 2)
        {
            AddFirst(item);
            for (var i = 0; i < index; i++)
            {
                this[i] = this[i + 1];
            }
        }
        else
        {
            AddLast(item);
            for (var i = Count - 1; i > index; i--)
            {
                this[i] = this[i - 1];
            }
        }

        this[index] = item;
    }

    public void RemoveAt(int index)
    {
        if (index < Count / 2)
        {
            for (var i = index; i > 0; i--)
            {
                this[i] = this[i - 1];
            }

            RemoveFirst();
        }
        else
        {
            for (var i = index; i < Count - 1; i++)
            {
                this[i] = this[i + 1];
            }

            RemoveLast();
        }
    }

    public int CountWhere(Func<T, bool> condition)
    {
        var count = 0;
        for (var i = 0; i < Count; i++)
        {
            count += condition(this[i]) ? 1 : 0;
        }

        return count;
    }

    /// <summary>Removes the items that satisfy the condition, asked once for each in order, in one pass; returns how many went.</summary>
    public int RemoveWhere(Func<T, bool> condition)
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            if (!condition(this[i]))
            {
                this[kept++] = this[i];
            }
        }

        var removed = Count - kept;
        for (var i = 0; i < removed; i++)
        {
            RemoveLast();
        }

        return removed;
    }

    public Deque<T> Copy()
    {
        var copy = new Deque<T>();
        for (var i = 0; i < Count; i++)
        {
            copy.AddLast(this[i]);
        }

        return copy;
    }

    private int Slot(int index)
    {
        var slot = _head + index;
        return slot >= _items.Length ? slot - _items.Length : slot;
    }

    private void Grow()
    {
        if (Count == _items.Length)
        {
            Resize(Count * 2);
        }
    }

    private void Shrink()
    {
        if (_items.Length > 16 && Count < _items.Length / 4)
        {
            Resize(_items.Length / 2);
        }
    }

    private void Resize(int size)
    {
        var items = new T[size];
        for (var i = 0; i < Count; i++)
        {
            items[i] = this[i];
        }

        _items = items;
        _head = 0;
    }
}
