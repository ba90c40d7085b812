namespace Ccr.ProxyService.Configuration.Json5;

/// <summary>A value of a JSON5 document with the line it starts on. Plain classes, not records: a generated ToString would print keys and secrets.</summary>
internal abstract class Json5Value(int line)
{
    /// <summary>Line of the first character, from 1.</summary>
    public int Line { get; } = line;

    /// <summary>What the value is, in words for a message: "a string", "an object".</summary>
    public abstract string Kind { get; }
}

/// <summary>An object; members in the order of the file, repeated names kept.</summary>
internal sealed class Json5Object(int line, IReadOnlyList<Json5Member> members) : Json5Value(line)
{
    public IReadOnlyList<Json5Member> Members { get; } = members;

    public override string Kind => "an object";

    /// <summary>The member of that exact name; the last one where a name is repeated, as JSON readers do. Null when absent.</summary>
    public Json5Member? Find(string name) => Members.LastOrDefault(m => m.Name == name);
}

/// <summary>One name and value of an object.</summary>
internal sealed class Json5Member(string name, int line, Json5Value value)
{
    public string Name { get; } = name;

    /// <summary>Line of the name.</summary>
    public int Line { get; } = line;

    public Json5Value Value { get; } = value;
}

/// <summary>An array.</summary>
internal sealed class Json5Array(int line, IReadOnlyList<Json5Value> items) : Json5Value(line)
{
    public IReadOnlyList<Json5Value> Items { get; } = items;

    public override string Kind => "an array";
}

/// <summary>A string, unescaped.</summary>
internal sealed class Json5String(int line, string text) : Json5Value(line)
{
    public string Text { get; } = text;

    public override string Kind => "a string";
}

/// <summary>A number; hexadecimal, Infinity and NaN included.</summary>
internal sealed class Json5Number(int line, double number, string text) : Json5Value(line)
{
    public double Number { get; } = number;

    /// <summary>As it is written, for who needs every decimal.</summary>
    public string Text { get; } = text;

    public override string Kind => "a number";
}

/// <summary>true or false.</summary>
internal sealed class Json5Boolean(int line, bool isTrue) : Json5Value(line)
{
    public bool IsTrue { get; } = isTrue;

    public override string Kind => "true or false";
}

/// <summary>null.</summary>
internal sealed class Json5Null(int line) : Json5Value(line)
{
    public override string Kind => "null";
}
