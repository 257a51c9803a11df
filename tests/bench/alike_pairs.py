"""Forty pairs: an idea as somebody has submitted it, and the title that somebody else types for the
same thing. Written by hand, of what people of a département propose."""

#: The title and the beginning of the text of the idea, and what is typed later.
PAIRS: tuple[tuple[str, str, str], ...] = (
    (
        "Végétaliser la cour du collège",
        "Remplacer le bitume par des arbres et de la terre, pour qu’il fasse moins chaud en juin.",
        "Planter des arbres dans les cours de collège",
    ),
    (
        "Des bancs tous les deux cents mètres",
        "Pour que les personnes âgées puissent s’asseoir en allant au marché.",
        "Plus de bancs publics pour les personnes âgées",
    ),
    (
        "Une outilthèque de quartier",
        "Emprunter une perceuse ou une ponceuse au lieu d’en acheter une.",
        "Prêter des outils de bricolage entre voisins",
    ),
    (
        "Réparer son vélo soi-même",
        "Un atelier ouvert le samedi, avec des outils et quelqu’un qui montre.",
        "Un atelier de réparation de vélos",
    ),
    (
        "Des frigos solidaires devant les gares",
        "Chacun dépose ce qu’il ne mangera pas, chacun se sert.",
        "Un réfrigérateur partagé contre le gaspillage",
    ),
    (
        "Ouvrir les cours d’école le dimanche",
        "Les enfants du quartier manquent d’espaces pour jouer.",
        "Laisser les enfants jouer dans la cour de l’école le week-end",
    ),
    (
        "Un bus de nuit vers les gares",
        "Après minuit il n’y a plus rien pour rentrer de la gare.",
        "Des navettes de nuit au départ de la gare",
    ),
    (
        "Des pistes cyclables séparées de la route",
        "On a peur des voitures : une bordure suffirait à protéger les vélos.",
        "Protéger les cyclistes des voitures par une bordure",
    ),
    (
        "Composter les déchets de la cantine",
        "Cent kilos d’épluchures partent chaque jour à la poubelle.",
        "Un composteur pour les restes des cantines scolaires",
    ),
    (
        "Une carte des endroits calmes",
        "Savoir où l’on peut lire ou se reposer sans bruit.",
        "Cartographier les lieux sans bruit",
    ),
    (
        "Des toilettes publiques propres et gratuites",
        "Dans les parcs il n’y en a pas, ou elles sont fermées.",
        "Ouvrir des toilettes dans les parcs",
    ),
    (
        "De l’eau potable dans les parcs",
        "Des fontaines pour remplir sa gourde en été.",
        "Installer des fontaines à eau pour les gourdes",
    ),
    (
        "Apprendre le numérique aux aînés",
        "Des lycéens aideraient les personnes âgées à faire leurs démarches en ligne.",
        "Des lycéens pour aider les aînés avec internet",
    ),
    (
        "Un jardin partagé sur la friche",
        "Le terrain derrière la gare est vide depuis dix ans.",
        "Transformer une friche en jardin partagé",
    ),
    (
        "Prêter des instruments de musique",
        "La médiathèque prêterait des guitares et des violons comme des livres.",
        "Emprunter une guitare à la médiathèque",
    ),
    (
        "Une tenue pour un entretien d’embauche",
        "Prêter un costume à qui cherche du travail.",
        "Prêt de vêtements pour les entretiens d’embauche",
    ),
    (
        "Des aires de jeux pour enfants handicapés",
        "Une balançoire où l’on monte en fauteuil roulant.",
        "Des jeux accessibles aux enfants en fauteuil roulant",
    ),
    (
        "Éteindre les lampadaires la nuit",
        "Moins de lumière pour les oiseaux et pour la facture.",
        "Réduire l’éclairage public la nuit",
    ),
    (
        "Des nichoirs sur les bâtiments publics",
        "Les martinets et les mésanges n’ont plus de place.",
        "Installer des nichoirs pour les oiseaux",
    ),
    (
        "Un permis de végétaliser les trottoirs",
        "Laisser les habitants planter au pied des arbres.",
        "Planter des fleurs au pied des arbres de la rue",
    ),
    (
        "Des cours de français pour nouveaux arrivants",
        "Le soir, dans la bibliothèque, avec des bénévoles.",
        "Apprendre le français avec des bénévoles le soir",
    ),
    (
        "Une ludothèque itinérante",
        "Un camion de jeux qui passe dans chaque quartier.",
        "Un bus de jeux de société dans les quartiers",
    ),
    (
        "Récupérer l’eau de pluie des gymnases",
        "Elle arroserait les stades au lieu d’aller à l’égout.",
        "Arroser les stades avec l’eau de pluie",
    ),
    (
        "Panneaux solaires sur les toits des collèges",
        "Les toits sont plats et vides, l’électricité est chère.",
        "Produire de l’électricité solaire sur les collèges",
    ),
    (
        "Une heure sans écran",
        "Apprendre à se passer de téléphone le soir en famille.",
        "Des soirées en famille sans téléphone",
    ),
    (
        "Un marché de producteurs locaux",
        "Vendre les légumes des maraîchers de la région.",
        "Acheter des légumes aux producteurs de la région",
    ),
    (
        "Des repas végétariens à la cantine",
        "Un menu sans viande au choix chaque jour.",
        "Un menu sans viande dans les cantines",
    ),
    (
        "Visites de quartier par les habitants",
        "Ceux qui y vivent racontent l’histoire des rues.",
        "Des habitants qui font visiter leur quartier",
    ),
    (
        "Un théâtre de rue l’été",
        "Des spectacles gratuits sur les places.",
        "Des spectacles gratuits en plein air l’été",
    ),
    (
        "Numériser les autochromes du musée",
        "Montrer les photographies en couleurs d’Albert Kahn à tout le monde.",
        "Mettre en ligne les photographies d’Albert Kahn",
    ),
    (
        "Des boîtes à livres dans les arrêts de bus",
        "On prend un livre, on en laisse un autre.",
        "Échanger des livres aux arrêts de bus",
    ),
    (
        "Aider les aidants familiaux",
        "Une nuit de répit par mois pour qui s’occupe d’un parent malade.",
        "Du répit pour les aidants d’un proche malade",
    ),
    (
        "Un accueil de jour pour les sans-abri",
        "Une douche, un café, une adresse pour le courrier.",
        "Des douches pour les personnes sans abri",
    ),
    (
        "Covoiturage entre collègues",
        "Beaucoup d’agents font le même trajet seuls dans leur voiture.",
        "Partager les trajets en voiture entre agents",
    ),
    (
        "Un local à vélos sécurisé à la gare",
        "On vole trois vélos par semaine devant la gare.",
        "Garer son vélo à la gare sans se le faire voler",
    ),
    (
        "Des îlots de fraîcheur pendant la canicule",
        "Ouvrir les bâtiments climatisés aux voisins quand il fait trop chaud.",
        "Ouvrir des lieux frais aux habitants en cas de canicule",
    ),
    (
        "Traduire les courriers en langage clair",
        "Personne ne comprend les lettres de l’administration.",
        "Des lettres de l’administration que l’on comprend",
    ),
    (
        "Des ruches sur les toits",
        "Le miel des collèges serait vendu pour les voyages scolaires.",
        "Installer des abeilles et des ruches sur les toits",
    ),
    (
        "Un skatepark couvert",
        "Pour les jours de pluie, sous le viaduc.",
        "Un lieu couvert pour faire du skate",
    ),
    (
        "Stages de troisième dans les services publics",
        "Les élèves sans réseau ne trouvent pas de stage.",
        "Offrir des stages aux collégiens de troisième",
    ),
)
