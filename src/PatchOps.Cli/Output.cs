using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using PatchOps.Core.Operations;
using Spectre.Console;

namespace PatchOps.Cli;

/// <summary>Prints events: tables for people, one JSON object a line for programs. Errors and warnings go to standard error.</summary>
internal sealed class Output(TextWriter standard, TextWriter error, bool json, bool verbose, bool yes, bool whatIf)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    private readonly IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(standard) });
    private readonly List<object> rows = [];

    // Only where a person looks at a terminal, and never between lines that a program reads.
    private readonly LiveTable? live = !json && !Console.IsErrorRedirected && !Console.IsOutputRedirected ? new LiveTable(error, Size(static () => Console.WindowWidth, 80), Size(static () => Console.WindowHeight, 24), TimeProvider.System) : null;

    /// <summary>Whether the live table has something that it has not drawn.</summary>
    public bool IsBehind => live?.IsBehind == true;

    public void CatchUp() => live?.CatchUp();

    public bool WhatIf => whatIf;

    public void Write(OperationEvent next)
    {
        if (next is ProgressEvent progress)
        {
            live?.Show(progress);
            return;
        }
        if (next is WarningEvent or FailedEvent || (next is DecisionEvent && verbose)) live?.Clear();
        switch (next)
        {
            case ResultEvent { Value: var value } when json:
                standard.WriteLine(JsonSerializer.Serialize(value, value.GetType(), Json));
                break;
            case ResultEvent { Value: var value }:
                if (rows.Count > 0 && rows[0].GetType() != value.GetType()) Finish();
                rows.Add(value);
                // Wide results come in parts, so that a long query shows something and holds nothing.
                if (rows.Count >= 1000) Finish();
                break;
            case WarningEvent warning:
                Finish();
                error.WriteLine($"warning: {warning.Message}");
                break;
            case FailedEvent failed:
                Finish();
                error.WriteLine($"error {failed.Failure.Code}: {failed.Failure.Message}{(failed.Failure.Remedy is null ? "" : " " + failed.Failure.Remedy)}");
                break;
            case DecisionEvent decision when verbose:
                error.WriteLine(decision.Message);
                break;
        }
    }

    public void Finish()
    {
        live?.Clear();
        if (rows.Count == 0) return;
        if (!console.Profile.Out.IsTerminal) console.Profile.Width = 200;
        Views.Print(console, rows);
        rows.Clear();
        standard.Flush();
    }

    public Answer Ask(AskEvent ask)
    {
        live?.Clear();
        if (whatIf)
        {
            error.WriteLine($"What if: {ask.Action}: {ask.Target}");
            return Answer.WhatIf;
        }
        if (!ask.Person && (yes || !ask.Hosts)) return Answer.Yes;
        if (Console.IsInputRedirected)
        {
            error.WriteLine($"warning: not confirmed, so not done: {ask.Action}: {ask.Target}. {(ask.Person ? "Only a person at a terminal can answer this." : "Give --yes where nobody can answer.")}");
            return Answer.No;
        }
        Finish();
        error.Write($"{ask.Action}: {ask.Target}? [y/N] ");
        return Console.ReadLine()?.Trim().Equals("y", StringComparison.OrdinalIgnoreCase) == true ? Answer.Yes : Answer.No;
    }

    private static int Size(Func<int> read, int otherwise)
    {
        try
        {
            return read() is > 0 and var size ? size : otherwise;
        }
        catch (IOException)
        {
            return otherwise;
        }
    }
}
