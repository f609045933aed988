confirm-title = Êtes-vous d’accord ?
confirm-intro = Avec votre adresse, quelqu’un a consenti à ceci chez { $tenant }. Cela ne vaut que si vous le confirmez.
confirm-button = Oui, je consens
confirm-otherwise-title = Ce n’était pas moi
confirm-otherwise = Alors vous n’avez rien à faire : fermez cette page, et rien ne se passe. Celui qui consent peut le retirer à tout moment, aussi facilement qu’il l’a donné.
confirm-done-title = Merci, votre consentement est valable
confirm-done = Vous avez consenti chez { $tenant } à ceci : { $purpose }. Vous pouvez le retirer à tout moment.
