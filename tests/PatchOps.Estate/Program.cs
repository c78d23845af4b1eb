Console.WriteLine("estate");
