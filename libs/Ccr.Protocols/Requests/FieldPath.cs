using System.Globalization;

namespace Ccr.Protocols.Requests;

/// <summary>The place of a field in a request, put into words only when something is wrong with it.</summary>
/// <param name="Format">A composite format such as <c>messages[{0}].content</c>.</param>
/// <param name="First">The number for <c>{0}</c>.</param>
/// <param name="Second">The number for <c>{1}</c>.</param>
internal readonly record struct FieldPath(string Format, int First = 0, int Second = 0)
{
    public static implicit operator FieldPath(string name) => new(name);

    /// <inheritdoc/>
    public override string ToString() => string.Format(CultureInfo.InvariantCulture, Format, First, Second);

    /// <summary>The failure of this field, or of a field below it.</summary>
    public RequestFormatException Fault(string below, string message)
    {
        var path = ToString() + below;
        return new(path, path.Length == 0 ? message : $"{path} {message}");
    }
}
