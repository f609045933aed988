export-unknown-title = Dieser Link funktioniert nicht
export-unknown = Diesen Link kennen wir nicht. Bitte prüfen Sie, ob Sie ihn vollständig kopiert haben, oder fordern Sie eine neue Kopie Ihrer Daten an.
export-expired-title = Dieser Link ist abgelaufen
export-expired = Die Kopie Ihrer Daten wird nur eine begrenzte Zeit bereitgehalten. Bitte fordern Sie eine neue an.
export-unavailable-title = Bitte versuchen Sie es später noch einmal
export-unavailable = Ihre Daten können gerade nicht abgerufen werden. Es geht nichts verloren; bitte versuchen Sie es in ein paar Minuten noch einmal.
