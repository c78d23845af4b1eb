using System.Globalization;

namespace PatchOps.Adapters.Probes;

/// <summary>What an HTTP probe asks and expects, as policy writes it: <c>URL</c>, or <c>URL =&gt; status 200,204; body ready; within 500 ms</c>.</summary>
/// <param name="Url">As written; <c>{host}</c> and <c>{name}</c> are not filled in yet.</param>
/// <param name="Expect">What is well.</param>
public sealed record HttpTarget(string Url, HttpExpectation Expect)
{
    /// <exception cref="FormatException">The text is not of that form; the message says what lacks.</exception>
    public static HttpTarget Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var at = text.IndexOf(" => ", StringComparison.Ordinal);
        if (at < 0) return new HttpTarget(text.Trim(), new HttpExpectation());
        var expect = new HttpExpectation();
        foreach (var part in text[(at + 4)..].Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            expect = part.Split(' ', 2, StringSplitOptions.TrimEntries) switch
            {
                ["status", var codes] => expect with { Statuses = [.. codes.Split(',', StringSplitOptions.TrimEntries).Select(Status)] },
                ["body", var wanted] => expect with { BodyContains = wanted },
                ["within", var time] => expect with { SlowerThan = Time(time) },
                _ => throw new FormatException($"'{part}' is none of status N,N; body TEXT; within N ms"),
            };
        }
        // A slow answer is degraded, and no answer within the deadline is unknown: the deadline must lie behind.
        if (expect.SlowerThan >= expect.Deadline) throw new FormatException(FormattableString.Invariant($"'within' must be below {expect.Deadline.TotalSeconds:0} s, after which a probe is given up"));
        return new HttpTarget(text[..at].Trim(), expect);
    }

    private static int Status(string code) =>
        int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 100 and <= 599 ? status : throw new FormatException($"'{code}' is no HTTP status");

    private static TimeSpan Time(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var number, var unit and ("ms" or "s")]
        && double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value > 0
        ? TimeSpan.FromMilliseconds(unit == "s" ? value * 1000 : value)
        : throw new FormatException($"'within {text}' is no time: write within 500 ms, or within 2 s");
}
