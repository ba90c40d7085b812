using System.Globalization;

namespace Ccr.Protocols.Canonical;

/// <summary>What one translation could not carry over; empty for a faithful one.</summary>
public sealed class LossReport
{
    private const int Most = 50;

    private List<LossEntry>? _entries;
    private HashSet<LossEntry>? _seen;
    private int _more;

    /// <summary>The entries in the order they came up: fifty at most, and one more that counts the others.</summary>
    public IReadOnlyList<LossEntry> Entries => _entries ?? (IReadOnlyList<LossEntry>)[];

    /// <summary>Notes a field that is left out.</summary>
    public void Dropped(string path, string reason) => Add(new(path, LossAction.Dropped, reason));

    /// <summary>Notes a field that is said otherwise.</summary>
    public void Changed(string path, string reason) => Add(new(path, LossAction.Changed, reason));

    /// <summary>Notes a field that the target's dialect cannot say, with the table's reason unless there is a closer one.</summary>
    public void Dropped(RequestField field, Dialect source, Dialect target, string? reason = null) =>
        Dropped(FieldTable.Name(field, source), reason ?? Reason(field, target));

    /// <summary>Notes a field that the target's dialect says otherwise.</summary>
    public void Changed(RequestField field, Dialect source, Dialect target, string? reason = null) =>
        Changed(FieldTable.Name(field, source), reason ?? Reason(field, target));

    private static string Reason(RequestField field, Dialect target) => $"{FieldTable.Title(target)} has no such field. {FieldTable.Row(field).Otherwise}";

    private void Add(LossEntry entry)
    {
        _entries ??= [];
        if (!(_seen ??= []).Add(entry))
        {
            return;
        }

        if (_entries.Count < Most)
        {
            _entries.Add(entry);
            return;
        }

        // A long conversation can lose the same thing in every turn; the last entry counts what is not listed.
        _more++;
        var rest = new LossEntry($"({_more.ToString(CultureInfo.InvariantCulture)} more)", LossAction.Dropped, "Not listed one by one.");
        if (_entries.Count == Most)
        {
            _entries.Add(rest);
        }
        else
        {
            _entries[^1] = rest;
        }
    }
}
